using Nin.Training;
using Xunit.Abstractions;

namespace Nin.Samples.ModelTests;

/// <summary>What a network of one's own is held to before its code is merged: on a CUDA device where the machine has one, else on the CPU.</summary>
public sealed class EmojiNetTests : IDisposable
{
    const int Batch = 8;

    // Best() is a GPU where there is one, and the CPU otherwise: the same tests on both.
    readonly Device device = Device.Best();
    readonly EmojiNet net;

    public EmojiNetTests(ITestOutputHelper output)
    {
        output.WriteLine($"on {device}");
        net = new EmojiNet(device, seed: 1);
    }

    public void Dispose()
    {
        net.Dispose();
        device.Dispose();
    }

    [Fact]
    public void It_is_as_small_as_was_agreed() => Assert.InRange(EmojiNet.ParameterCount, 1, 400_000);

    [Fact]
    public void It_fits_the_memory_of_the_smallest_server() => Assert.InRange(EmojiNet.InferenceBytes(batch: 1), 1, 64L << 20);

    [Fact]
    public void Its_gradient_is_right() => GradientCheck.Of(net).ThrowIfWrong();

    [Fact]
    public void It_can_learn_eight_images_by_heart()
    {
        using var images = net.CreateInput(Batch);
        images.CopyFrom(Noise(), Batch, Layout.Nchw);
        int[] labels = [.. Enumerable.Range(0, Batch)];
        using var optimizer = new Adam(net.Parameters, learningRate: 1e-3);
        float first = net.TrainStep(images, labels, optimizer), last = first;
        for (int step = 1; step < 60; step++) last = net.TrainStep(images, labels, optimizer);
        Assert.True(last < first / 2, $"The loss fell from {first} to {last} only: a layer passes no gradient on, or the learning rate is wrong.");
    }

    [Fact]
    public void The_same_weights_answer_alike_after_they_were_saved()
    {
        using var images = net.CreateInput(Batch);
        images.CopyFrom(Noise(), Batch, Layout.Nchw);
        float[] before = net.Forward(images).ToArray(Layout.Nchw);
        string file = Path.GetTempFileName();
        try
        {
            net.Save(file);
            using var loaded = EmojiNet.Load(device, file);
            Assert.Equal(before, loaded.Forward(images).ToArray(Layout.Nchw));
        }
        finally
        {
            File.Delete(file);
        }
    }

    static float[] Noise()
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, Batch * 3 * 64 * 64).Select(_ => random.NextSingle() - 0.5f)];
    }
}
