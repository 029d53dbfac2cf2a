using Nin.Dimensions;

namespace Nin.Model.Tests.Networks;

/// <summary>A class is found in the layer that its logit is made of.</summary>
public sealed class ClassActivationMapTests : IDisposable
{
    readonly Device device = Device.Open("cpu", threads: 1);

    public void Dispose() => device.Dispose();

    [Fact]
    public void The_map_of_a_network_that_ends_with_averages_has_the_logit_as_its_mean()
    {
        using var network = new TinyNin(device, seed: 3);
        float[] image = Image(TinyNin.Architecture);
        float[] logits = Logits(network, image);
        for (int k = 0; k < logits.Length; k++)
        {
            var map = ClassActivationMap.Of(network, image, k);
            map.Values.Average().Should().BeApproximately(logits[k], 1e-5f * (1 + MathF.Abs(logits[k])));
            (map.Class, map.Values.Count).Should().Be((k, map.Height * map.Width));
        }

        ClassActivationMap.Of(network, image).Class.Should().Be(Array.IndexOf(logits, logits.Max()));
    }

    [Fact]
    public void The_weights_of_channels_are_those_of_the_linear_layer_after_their_averages()
    {
        using var network = new AveragedNet(device, seed: 3);
        float[] image = Image(AveragedNet.Architecture);
        float[] weights = network.Linear1.Weight.ToArray();
        using var features = network.Relu1.Forward(network.Conv1.Forward(Input(network, image)));
        float[] values = features.ToArray(Layout.Nchw);
        int pixels = 9 * 7;
        for (int k = 0; k < 3; k++)
        {
            var map = ClassActivationMap.Of(network, image, k);
            map.Layer.Should().Be("Relu1");
            for (int i = 0; i < pixels; i++)
            {
                float want = Enumerable.Range(0, 4).Sum(c => weights[k * 4 + c] / pixels * values[c * pixels + i]);
                map.Values[i].Should().BeApproximately(want, 1e-4f);
            }
        }
    }

    [Fact]
    public void Branches_are_followed_to_where_they_meet()
    {
        using var network = new BranchedNet(device, seed: 3);
        ClassActivationMap.Of(network, Image(BranchedNet.Architecture)).Layer.Should().Be("Add1");
    }

    [Fact]
    public void What_cannot_be_asked_is_said()
    {
        using var network = new TinyNin(device, seed: 3);
        FluentActions.Invoking(() => ClassActivationMap.Of(network, new float[3])).Should().Throw<ArgumentException>().WithMessage("The image has 3 values; TinyNin takes 1x28x28.*");
        FluentActions.Invoking(() => ClassActivationMap.Of(network, Image(TinyNin.Architecture), 10)).Should().Throw<ArgumentOutOfRangeException>();
    }

    static float[] Image(Architecture architecture)
    {
        var random = new Random(5);
        return [.. Enumerable.Range(0, (int)architecture.Input.Length).Select(_ => random.NextSingle())];
    }

    static float[] Logits(INetwork network, float[] image)
    {
        using var input = new TensorBuffer(network.Device, 1, network.Architecture.Input);
        input.CopyFrom(image, Layout.Nchw);
        using var session = network.CreateSession(1);
        return session.Forward(input.Tensor).ToArray();
    }

    static TensorBuffer<Chw<D2, D9, D7>> Input(AveragedNet network, float[] image)
    {
        var input = network.CreateInput(1);
        input.CopyFrom(image, Layout.Nchw);
        return input;
    }
}

/// <summary>It ends with averages of its channels and a linear layer: the classic class activation map.</summary>
[Network(2, 9, 7, Classes = 3)]
[Conv2d(4, Kernel = 3, Padding = 1)]
[Relu]
[GlobalAvgPool2d]
[Flatten]
[Linear(3)]
public sealed partial class AveragedNet;

/// <summary>Two branches that meet before pixels end.</summary>
[Network(2, 9, 7, Classes = 3)]
[Conv2d(4, Kernel = 3, Padding = 1)]
[Pointwise(4)]
[Add(nameof(Conv1), nameof(Pointwise1))]
[Flatten]
[Dropout(0.5)]
[Linear(3)]
public sealed partial class BranchedNet;
