using Nin.Dimensions;
using Nin.Model.Tests.Networks;
using Nin.TestKit;

namespace Nin.Samples.Tests;

/// <summary>The sample's step agrees with plain loops in double precision, whose gradient agrees with central differences.</summary>
[Collection(nameof(SharedDevices))]
public sealed class LocalResponseNormTests(DeviceSet devices)
{
    const int Batch = 3;
    const double Beta = 0.75;

    public static TheoryData<string, int, double, double> Cases
    {
        get
        {
            var cases = new TheoryData<string, int, double, double>();
            foreach (string device in Devices.Ids)
            {
                foreach (int size in new[] { 1, 2, 5, 9 }) cases.Add(device, size, 0.7, 1.5);
                cases.Add(device, 5, 1e-4, 1);
            }

            return cases;
        }
    }

    [Theory, InlineData(1), InlineData(2), InlineData(5), InlineData(9)]
    public void The_loops_gradient_is_that_of_their_forward_pass(int size)
    {
        var plain = new PlainNorm(6, size, 0.7, Beta, 1.5);
        double[] x = RandomData.Normal(1, 4 * 6).Widen(), dy = RandomData.Normal(2, 4 * 6).Widen();
        OracleGradient.Check(at => OracleGradient.Dot(dy, plain.Forward(at)), x, plain.Backward(x, dy), seed: 3);
    }

    [Theory, MemberData(nameof(Cases))]
    public void A_step_of_ones_own_gives_value_and_gradient_on_every_device(string id, int size, double alpha, double k)
    {
        var device = devices.Open(id);
        var layer = new Lrn<Chw<D6, D3, D5>>(device, "lrn", size, alpha, Beta, k);
        var shape = new Shape(6, 3, 5);
        float[] x = RandomData.Normal(1, Batch * 90), dy = RandomData.Normal(2, Batch * 90);
        using TensorBuffer input = new(device, Batch, shape), outer = new(device, Batch, shape);
        outer.CopyFrom(dy, Layout.Nhwc);
        input.CopyFrom(x, Layout.Nhwc);
        using var tape = new Tape(device);
        var traced = tape.Input(input.Tensor, needsGradient: true);
        var y = layer.Forward(traced.As<Chw<D6, D3, D5>>()).Untyped;
        float[] value = y.Value.ToArray(Layout.Nhwc);
        y.Backward(outer.Tensor);
        float[] gradient = traced.Gradient.ToArray(Layout.Nhwc);
        using var inferred = layer.Forward(input.Tensor.As<Chw<D6, D3, D5>>());

        var plain = new PlainNorm(6, size, alpha, Beta, k);
        // A sum of squares, a logarithm, an exponential and two products, of a few roundings each.
        Comparison.Agree(value, Oracle.Rounded(plain.Forward(x.Widen()), size + 24));
        Comparison.Agree(gradient, new Oracle(plain.Backward(x.Widen(), dy.Widen()), () => plain.Magnitude(x.Widen(), dy.Widen()), 2 * size + 40));
        inferred.ToArray(Layout.Nhwc).Should().Equal(value);
    }

    [Theory, InlineData("cpu"), InlineData("emulator")]
    public void Gradients_of_two_readers_add_up(string id)
    {
        var device = devices.Open(id);
        var shape = new Shape(6, 3, 5);
        var step = new LrnStep(shape, 5, 0.5);
        float[] x = RandomData.Normal(1, Batch * 90), dy = RandomData.Normal(2, Batch * 90);
        using TensorBuffer input = new(device, Batch, shape), outer = new(device, Batch, shape);
        outer.CopyFrom(dy, Layout.Nhwc);
        float[] Gradient(bool twice)
        {
            using var tape = new Tape(device);
            var traced = tape.Input(input, x, needsGradient: true);
            var y = twice ? tape.Apply(new AddStep(shape, 2), tape.Apply(step, traced), tape.Apply(step, traced)) : tape.Apply(step, traced);
            y.Backward(outer.Tensor);
            return traced.Gradient.ToArray(Layout.Nhwc);
        }

        Gradient(twice: true).Should().Equal(Gradient(twice: false).Select(g => 2 * g));
    }

    [Fact]
    public void A_layer_whose_types_differ_from_its_step_is_refused()
    {
        using var device = Device.Open("cpu", threads: 1);
        FluentActions.Invoking(() => new Mistyped(device)).Should().Throw<ArgumentException>().WithMessage("*6x3x5*6x3x4*");
    }

    sealed class Mistyped(Device device) : Layers.StepLayer<Chw<D6, D3, D4>, Chw<D6, D3, D4>, LrnStep>(
        device, "lrn", new LrnStep(new Shape(6, 3, 5), 5));
}

/// <summary>Local response normalisation as plain loops over the channels of each pixel.</summary>
sealed class PlainNorm(int channels, int size, double alpha, double beta, double k)
{
    public double[] Forward(double[] x) => [.. x.Select((v, i) => v * Math.Pow(Scale(x, i), -beta))];

    public double[] Backward(double[] x, double[] dy) => Sum(x, dy, v => v);

    public double[] Magnitude(double[] x, double[] dy) => Sum(x, dy, Math.Abs);

    // The gradient, a sum of terms, each of which goes through a function first.
    double[] Sum(double[] x, double[] dy, Func<double, double> term)
    {
        var dx = new double[x.Length];
        for (int i = 0; i < x.Length; i++)
        {
            double own = dy[i] * Math.Pow(Scale(x, i), -beta);
            dx[i] = term(own);
            // Every output of the pixel whose window holds this channel.
            for (int c = i - i % channels; c < i - i % channels + channels; c++)
            {
                if (!Holds(c % channels, i % channels)) continue;
                double back = -2 * alpha / size * beta * x[i] * dy[c] * x[c] * Math.Pow(Scale(x, c), -beta - 1);
                dx[i] += term(back);
            }
        }

        return dx;
    }

    bool Holds(int output, int input) => input >= output - size / 2 && input <= output + (size - 1) / 2;

    double Scale(double[] x, int i)
    {
        int first = i - i % channels;
        double sum = 0;
        for (int j = 0; j < channels; j++)
        {
            if (Holds(i % channels, j)) sum += x[first + j] * x[first + j];
        }

        return k + alpha / size * sum;
    }
}
