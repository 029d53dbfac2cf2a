using Nin.Dimensions;
using Nin.TestKit;

namespace Nin.Model.Tests.Networks;

/// <summary>Normalised features.</summary>
[Network(2, 3, 2)]
[Flatten]
[BatchNorm2d(Epsilon = 1e-3, Momentum = 0.2)]
public sealed partial class FeatureNormNet;

/// <summary>After <c>[Flatten]</c> each feature is normalised by itself over the batch, by the rule of PyTorch's <c>BatchNorm1d</c>.</summary>
public sealed class FeatureNormTests
{
    const int Batch = 9;
    const double Epsilon = 1e-3;

    static readonly Norm2dCase Features = new(Batch, 12, 1, 1);
    static readonly float[] X = RandomData.Normal(1, Features.Length);
    static readonly float[] Dy = RandomData.Normal(2, Features.Length);
    static readonly float[] Gamma = RandomData.Normal(3, 12);
    static readonly float[] Beta = RandomData.Normal(4, 12);

    [Theory, InlineData("cpu"), InlineData("emulator")]
    public void Training_and_inference_agree_with_the_oracle(string id)
    {
        using Device device = Device.Open(id, threads: 2);
        using var net = new FeatureNormNet(device);
        net.Norm1.Scale.CopyFrom(Gamma);
        net.Norm1.Shift.CopyFrom(Beta);
        using var images = net.CreateInput(Batch);
        images.CopyFrom(X, Layout.Nchw);
        using var tape = new Tape(device);
        var input = tape.Input(images.Tensor, needsGradient: true);
        var y = net.ForwardTraining(input);
        float[] trained = y.Value.ToArray(Layout.Nchw);
        tape.Backward(y.Untyped, dy => dy.CopyFrom(Dy));

        double[] x = X.Widen(), gamma = Gamma.Widen(), dy = Dy.Widen(), mean = new double[12], variance = [.. mean.Select(_ => 1.0)];
        Comparison.Agree(trained, ReferenceBatchNorm2d.ForwardTraining(Features, x, gamma, Beta.Widen(), Epsilon), "y");
        Comparison.Agree(input.Untyped.Gradient.ToArray(Layout.Nchw), ReferenceBatchNorm2d.BackwardData(Features, x, gamma, dy, Epsilon), "dx");
        Comparison.Agree(net.Norm1.Scale.GradientToArray(), ReferenceBatchNorm2d.BackwardGamma(Features, x, dy, Epsilon), "dgamma");
        Comparison.Agree(net.Norm1.Shift.GradientToArray(), ReferenceBatchNorm2d.BackwardBeta(Features, dy), "dbeta");
        Comparison.Agree(net.Norm1.RunningMean.ToArray(), ReferenceBatchNorm2d.RunningMean(Features, x, mean, 0.2), "running mean");
        Comparison.Agree(net.Norm1.RunningVariance.ToArray(), ReferenceBatchNorm2d.RunningVar(Features, x, variance, 0.2), "running variance");
        Comparison.Agree(
            net.Forward(images).ToArray(Layout.Nchw),
            ReferenceBatchNorm2d.ForwardInference(
                Features, x, gamma, Beta.Widen(), net.Norm1.RunningMean.ToArray().Widen(), net.Norm1.RunningVariance.ToArray().Widen(), Epsilon),
            "inference");
    }
}
