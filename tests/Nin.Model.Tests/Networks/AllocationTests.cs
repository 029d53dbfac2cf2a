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
        OfSteps(network, images.Tensor).Should().Be(0);
    }

    [Fact]
    public void A_step_of_branches_allocates_nothing_on_any_thread()
    {
        using var network = new ResidualNet(device);
        using var images = network.CreateInput(Batch);
        OfSteps(network, images.Tensor).Should().Be(0);
    }

    [Fact]
    public void A_step_of_other_layers_allocates_nothing_on_any_thread()
    {
        using var network = new MixedNet(device);
        using var images = network.CreateInput(Batch);
        OfSteps(network, images.Tensor).Should().Be(0);
    }

    static long OfSteps<TIn, TOut>(Network<TIn, TOut> network, Tensor<TIn> images)
        where TIn : struct, IShape
        where TOut : struct, IShape
    {
        using var adam = new Adam(network.Parameters);
        int[] labels = RandomData.Labels(1, Batch, TOut.Shape.Channels);
        return Allocations.InProcess(10, () => network.TrainStep(images, labels, adam));
    }
}
