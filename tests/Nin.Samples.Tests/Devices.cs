namespace Nin.Samples.Tests;

/// <summary>The devices of this machine that code of one's own must run on.</summary>
static class Devices
{
    public static IEnumerable<string> Ids => DeviceDiscovery.List().Where(d => d.Missing is null).Select(d => d.Id);

    public static TheoryData<string> Present => [.. Ids];

    public static Traced Input(this Tape tape, TensorBuffer buffer, float[] values, bool needsGradient = false)
    {
        buffer.CopyFrom(values, Layout.Nhwc);
        return tape.Input(buffer.Tensor, needsGradient);
    }
}
