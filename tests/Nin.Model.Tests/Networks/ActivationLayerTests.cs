using Nin.Dimensions;
using Nin.Layers;
using Nin.Shapes;

namespace Nin.Model.Tests.Networks;

public sealed class ActivationLayerTests
{
    static readonly float[] X = [-2, -0.5f, 0, 0.5f, 2, 7];
    static readonly float[] Dy = [1, 2, 3, 4, 5, 6];

    [Theory, InlineData("cpu"), InlineData("emulator")]
    public void A_users_activation_is_a_layer_like_the_librarys(string id)
    {
        using Device device = Device.Open(id);
        (float[] y, float[] dx) = Run(device, new Activation<Features<D6>, Multiplied>(device, "Act1", new Multiplied(2)));
        y.Should().Equal(X.Select(v => 2 * v));
        dx.Should().Equal(Dy.Select(v => 2 * v));
    }

    [Theory, InlineData("cpu"), InlineData("emulator")]
    public void A_slope_below_zero_is_a_number_of_the_struct(string id)
    {
        using Device device = Device.Open(id);
        (float[] y, float[] dx) = Run(device, new Activation<Features<D6>, Relu>(device, "Relu1"));
        y.Should().Equal(0, 0, 0, 0.5f, 2, 7);
        dx.Should().Equal(0, 0, 0, 4, 5, 6);
        (y, dx) = Run(device, new Activation<Features<D6>, LeakyRelu>(device, "LeakyRelu1", new LeakyRelu(0.5f)));
        y.Should().Equal(-1, -0.25f, 0, 0.5f, 2, 7);
        dx.Should().Equal(0.5f, 1, 1.5f, 4, 5, 6);
    }

    /// <summary>Runs a layer for inference and for training, which agree.</summary>
    static (float[] Y, float[] Dx) Run<TStep>(Device device, StepLayer<Features<D6>, Features<D6>, TStep> layer)
        where TStep : Step
    {
        using var input = new TensorBuffer<Features<D6>>(device, batch: 1);
        input.CopyFrom(X, Layout.Nchw);
        using var inferred = layer.Forward(input.Tensor);
        using var tape = new Tape(device, seed: 1);
        Traced<Features<D6>> x = tape.Input(input.Tensor, needsGradient: true), y = layer.Forward(x);
        tape.Backward(y, target => target.CopyFrom(Dy));
        y.Value.ToArray(Layout.Nchw).Should().Equal(inferred.ToArray(Layout.Nchw));
        return (inferred.ToArray(Layout.Nchw), ((Traced)x).Gradient.ToArray(Layout.Nchw));
    }
}

/// <summary><c>factor x</c>: an activation that a user wrote.</summary>
public readonly struct Multiplied(float factor) : ISavesOutput
{
    readonly float factor = factor;

    public static string Name => "Multiplied";

    public T Value<T>(T x)
        where T : struct, IReal<T> =>
        factor * x;

    public T Gradient<T>(T saved, T dy)
        where T : struct, IReal<T> =>
        factor * dy;
}
