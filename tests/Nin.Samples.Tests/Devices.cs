namespace Nin.Samples.Tests;

/// <summary>The devices of this machine that a step of one's own must run on.</summary>
static class Devices
{
    public static TheoryData<string> Present =>
        [.. DeviceDiscovery.List().Where(d => d.Missing is null).Select(d => d.Id)];

    public static Traced Input(this Tape tape, TensorBuffer buffer, float[] values, bool needsGradient = false)
    {
        buffer.CopyFrom(values, Layout.Nchw);
        return tape.Input(buffer.Tensor, needsGradient);
    }
}
