using Nin.TestKit;
using Nin.Training;

namespace Nin.Model.Tests.Networks;

/// <summary>A training step allocates nothing on any thread, the device's own workers included.</summary>
[Collection(nameof(AloneCollection))]
public sealed class AllocationTests : IDisposable
{
    const int Batch = 16;

    readonly Device device = Device.Open("cpu", threads: 2);

    public void Dispose() => device.Dispose();

    [Fact]
    public void A_step_of_blocks_allocates_nothing_on_any_thread()
    {
        using var network = new TinyNin(device);
        using var images = network.CreateInput(Batch);
        Measure(network, images.Tensor);
    }

    [Fact]
    public void A_step_of_branches_allocates_nothing_on_any_thread()
    {
        using var network = new ResidualNet(device);
        using var images = network.CreateInput(Batch);
        Measure(network, images.Tensor);
    }

    [Fact]
    public void A_step_of_other_layers_allocates_nothing_on_any_thread()
    {
        using var network = new MixedNet(device);
        using var images = network.CreateInput(Batch);
        Measure(network, images.Tensor);
    }

    static void Measure<TIn, TOut>(Network<TIn, TOut> network, Tensor<TIn> images)
        where TIn : struct, IShape
        where TOut : struct, IShape
    {
        using var adam = new Adam(network.Parameters);
        int[] labels = RandomData.Labels(1, Batch, TOut.Shape.Channels);
        long least = long.MaxValue;
        // What the runtime's own threads allocate now and then, such as for compiling a method anew, is in some windows, not in all; on a
        // busy machine they take a while. A step that allocates does so in every window.
        for (int window = 0; window < 100 && least > 0; window++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            for (int i = 0; i < 10; i++) network.TrainStep(images, labels, adam);
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        least.Should().Be(0);
    }
}
