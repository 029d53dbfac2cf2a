using Nin.Dimensions;
using Nin.TestKit;

namespace Nin.Model.Tests.Networks;

/// <summary>A block with batch normalisation, and the same layers one by one.</summary>
[Network(3, 9, 11)]
[NinBlock(6, 5, Kernel = 3, Padding = 1, BatchNorm = true)]
[GlobalAvgPool2d]
[Flatten]
public sealed partial class BlockForm;

/// <inheritdoc cref="BlockForm"/>
[Network(3, 9, 11)]
[Conv2d(6, Kernel = 3, Padding = 1)]
[BatchNorm2d]
[Relu]
[Pointwise(5)]
[BatchNorm2d]
[Relu]
[GlobalAvgPool2d]
[Flatten]
public sealed partial class LayerForm;

/// <summary>Layers that a declaration writes one by one run as well as those of a block.</summary>
public sealed class FusionTests : IDisposable
{
    const int Batch = 7;

    readonly Device device = Device.Open("cpu", threads: 2);

    public void Dispose() => device.Dispose();

    [Fact]
    public void Layers_one_by_one_take_no_more_memory_than_a_block()
    {
        LayerForm.TrainingBytes(Batch).Should().Be(BlockForm.TrainingBytes(Batch));
        LayerForm.InferenceBytes(Batch).Should().Be(BlockForm.InferenceBytes(Batch));
    }

    [Fact]
    public void Layers_one_by_one_give_the_bits_of_a_block()
    {
        using var block = new BlockForm(device, seed: 1);
        using var layers = new LayerForm(device, seed: 2);
        for (int i = 0; i < block.Parameters.Count; i++) layers.Parameters[i].CopyFrom(block.Parameters[i].ToArray());
        using var images = block.CreateInput(Batch);
        images.CopyFrom(RandomData.Normal(5, Batch * 3 * 9 * 11), Layout.Nchw);
        int[] labels = RandomData.Labels(1, Batch, 5);
        Gradients(layers, images, labels).Should().Equal(Gradients(block, images, labels)).And.Contain(g => g != 0);
        layers.Forward(images).ToArray(Layout.Nhwc).Should().Equal(block.Forward(images).ToArray(Layout.Nhwc));
    }

    static float[] Gradients(Network<Chw<D3, D9, D11>, Features<D5>> network, TensorBuffer<Chw<D3, D9, D11>> images, int[] labels)
    {
        Loss.CrossEntropy(network.ForwardTraining(images), labels).Backward();
        return [.. network.Parameters.SelectMany(p => p.GradientToArray())];
    }
}
