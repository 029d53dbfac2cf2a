using Nin.TestKit;
using Nin.Training;

namespace Nin.Model.Tests.Published;

/// <summary>A network of blocks is the network that is written out: the same layers, wires and numbers, under other names.</summary>
public sealed class BlocksTests : IDisposable
{
    const int Batch = 2;
    const int Seed = 3;

    readonly Device device = Device.Open("cpu", threads: 2);

    public void Dispose() => device.Dispose();

    [Fact]
    public void The_architecture_is_that_of_the_network_written_out()
    {
        static string Row(LayerInfo layer) =>
            $"{layer.Kind}({string.Join(", ", layer.Arguments)}) of {string.Join(" ", layer.Inputs)} gives {layer.Output}, {layer.Macs}, {layer.ReceptiveField}";
        SmallResNet18.Architecture.Layers.Select(Row).Should().Equal(WrittenResNet18.Architecture.Layers.Select(Row));
    }

    [Fact]
    public void Names_begin_with_the_stage_and_the_repetition() => ResNet18.Architecture.Layers.Select(l => l.Name).Skip(18).Take(20).Should().Equal(
        "Stage2_1_Conv1", "Stage2_1_Norm1", "Stage2_1_Relu1", "Stage2_1_Conv2", "Stage2_1_Norm2", "Stage2_1_Add1Project", "Stage2_1_Add1ProjectNorm",
        "Stage2_1_Add1", "Stage2_1_Relu2", "Stage2_2_Conv1", "Stage2_2_Norm1", "Stage2_2_Relu1", "Stage2_2_Conv2", "Stage2_2_Norm2", "Stage2_2_Add1",
        "Stage2_2_Relu2", "Stage3_1_Conv1", "Stage3_1_Norm1", "Stage3_1_Relu1", "Stage3_1_Conv2");

    [Fact]
    public void Training_gives_the_same_bits_as_the_network_written_out()
    {
        using var blocks = new SmallResNet18(device, Seed);
        using var written = new WrittenResNet18(device, Seed);
        float[][] weights = Train(blocks), expected = Train(written);
        weights.Should().HaveCount(expected.Length);
        for (int i = 0; i < weights.Length; i++)
            weights[i].AsSpan().SequenceEqual(expected[i]).Should().BeTrue($"{i}");
    }

    /// <summary>Parameters and buffers after two steps, and the logits.</summary>
    static float[][] Train<TIn, TOut>(Network<TIn, TOut> network)
        where TIn : struct, IShape
        where TOut : struct, IShape
    {
        using var images = network.CreateInput(Batch);
        images.CopyFrom(RandomData.Normal(5, (int)(Batch * TIn.Shape.Length)), Layout.Nchw);
        using var sgd = new Sgd(network.Parameters, 0.01, momentum: 0.9);
        for (int step = 0; step < 2; step++) network.TrainStep(images, RandomData.Labels(1, Batch, TOut.Shape.Channels), sgd);
        return [.. network.Parameters.Select(p => p.ToArray()), network.Forward(images).ToArray(Layout.Nhwc)];
    }
}
