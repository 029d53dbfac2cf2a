using Nin.Model.Tests.Networks;
using Nin.TestKit;
using Nin.Training;

namespace Nin.Model.Tests.Published;

/// <summary>Networks of the literature as declarations: they have the published number of parameters, and they train.</summary>
public sealed class PublishedTests : IDisposable
{
    const int Batch = 4;
    const int Steps = 4;

    readonly Device device = Device.Open("cpu", threads: 2);

    public void Dispose() => device.Dispose();

    [Theory]
    [InlineData(LeNet5.ParameterCount, 61_706)]
    [InlineData(AlexNet.ParameterCount, 61_100_840)]
    [InlineData(Vgg11.ParameterCount, 132_863_336)]
    [InlineData(BookNin.ParameterCount, 1_992_166)]
    [InlineData(Inception3a.ParameterCount, 163_696)]
    [InlineData(ResNet18.ParameterCount, 11_689_512)]
    public void The_number_of_parameters_is_the_published_one(long declared, long published) =>
        declared.Should().Be(published);

    [Fact]
    public void The_graph_counts_what_the_class_says() => new[]
    {
        LeNet5.Architecture, AlexNet.Architecture, Vgg11.Architecture, BookNin.Architecture,
        Inception3a.Architecture, ResNet18.Architecture,
    }.Select(a => (a.ParameterCount, a.Macs)).Should().Equal(
        (LeNet5.ParameterCount, LeNet5.ForwardMacs),
        (AlexNet.ParameterCount, AlexNet.ForwardMacs),
        (Vgg11.ParameterCount, Vgg11.ForwardMacs),
        (BookNin.ParameterCount, BookNin.ForwardMacs),
        (Inception3a.ParameterCount, Inception3a.ForwardMacs),
        (ResNet18.ParameterCount, ResNet18.ForwardMacs));

    [Fact]
    public void LeNet5_trains() => ShouldTrain(new LeNet5(device, seed: 1), rate: 0.01);

    [Fact]
    [Trait("Category", "Slow")]
    public void AlexNet_trains() => ShouldTrain(new SmallAlexNet(device, seed: 1), rate: 0.0003);

    [Fact]
    [Trait("Category", "Slow")]
    public void Vgg11_trains() => ShouldTrain(new SmallVgg11(device, seed: 1), rate: 0.001);

    [Fact]
    public void BookNin_trains() => ShouldTrain(new SmallBookNin(device, seed: 1), rate: 0.05);

    [Fact]
    public void Inception3a_trains() => ShouldTrain(new SmallInception3a(device, seed: 1), rate: 0.01);

    [Fact]
    public void ResNet18_trains() => ShouldTrain(new SmallResNet18(device, seed: 1), rate: 0.01);

    /// <summary>A few steps on one batch lower its loss, and change every weight; the first one's gradients are those of a tape.</summary>
    static void ShouldTrain<TIn, TOut>(Network<TIn, TOut> network, double rate)
        where TIn : struct, IShape
        where TOut : struct, IShape
    {
        using (network)
        {
            using var images = network.CreateInput(Batch);
            images.CopyFrom(RandomData.Normal(5, (int)(Batch * TIn.Shape.Length)), Layout.Nchw);
            int[] labels = RandomData.Labels(1, Batch, TOut.Shape.Channels);
            float[][] before = [.. network.Parameters.Where(IsWeight).Select(p => p.ToArray())];
            using var sgd = new Sgd(network.Parameters, rate);
            GradientsShouldEqualTheTapes(network, images, labels);

            float[] losses = [.. Enumerable.Range(0, Steps).Select(_ => network.TrainStep(images, labels, sgd))];

            losses.Should().OnlyContain(loss => float.IsFinite(loss));
            losses[^1].Should().BeLessThan(losses[0], string.Join(' ', losses));
            foreach (var (parameter, old) in network.Parameters.Where(IsWeight).Zip(before))
                parameter.ToArray().AsSpan().SequenceEqual(old).Should().BeFalse(parameter.Name);
        }
    }

    /// <summary>Of the same step, so that dropout draws the same numbers.</summary>
    static void GradientsShouldEqualTheTapes<TIn, TOut>(Network<TIn, TOut> network, TensorBuffer<TIn> images, int[] labels)
        where TIn : struct, IShape
        where TOut : struct, IShape
    {
        using var tape = new Tape(network.Device, (ulong)network.Seed);
        Loss.CrossEntropy(Layerwise.Forward(network, tape.Input(images.Tensor)), labels).Backward();
        float[][] taped = [.. network.Parameters.Select(p => p.GradientToArray())];
        network.Parameters.ZeroGrad();
        Loss.CrossEntropy(network.ForwardTraining(images), labels).Backward();
        foreach (var (parameter, gradient) in network.Parameters.Zip(taped))
            parameter.GradientToArray().AsSpan().SequenceEqual(gradient).Should().BeTrue(parameter.Name);
        network.Parameters.ZeroGrad();
    }

    static bool IsWeight(Parameter parameter) => parameter.Spec.Role == ParameterRole.Weight;
}
