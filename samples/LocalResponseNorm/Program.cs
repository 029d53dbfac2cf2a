using Nin;
using Nin.Dimensions;
using Nin.Samples;

// dotnet run -c Release --project samples/LocalResponseNorm [device]
// Compares the gradient of the step with a central difference along one direction.
using var device = Device.Open(args is [var id] ? id : "cpu");
var norm = new LocalResponseNorm<Chw<D8, D5, D7>>(device, "lrn", size: 5, alpha: 0.5);
var random = new Random(1);
float[] x = Draw(), direction = Draw(), dy = Draw();
const float Step = 1e-2f;

float[] gradient = GradientAt(x);
double analytic = Dot(gradient, direction);
double numeric = (Dot(Forward(Moved(Step)), dy) - Dot(Forward(Moved(-Step)), dy)) / (2 * Step);
Console.WriteLine($"{device}: {norm}");
Console.WriteLine($"along one direction: gradient {analytic:F4}, central difference {numeric:F4}");
return Math.Abs(analytic - numeric) < 1e-2 * Math.Abs(numeric) + 1e-2 ? 0 : 1;

float[] GradientAt(float[] at)
{
    using var tape = new Tape(device);
    using var input = Buffer(at);
    using var outer = Buffer(dy);
    var traced = tape.Input(input.Tensor, needsGradient: true);
    norm.Forward(traced).Untyped.Backward(outer.Tensor);
    return traced.Gradient.ToArray(Layout.Nchw);
}

float[] Forward(float[] at)
{
    using var input = Buffer(at);
    using var output = norm.Forward(input.Tensor);
    return output.ToArray(Layout.Nchw);
}

TensorBuffer<Chw<D8, D5, D7>> Buffer(float[] values)
{
    var buffer = new TensorBuffer<Chw<D8, D5, D7>>(device, 2);
    buffer.CopyFrom(values, Layout.Nchw);
    return buffer;
}

float[] Draw() => [.. Enumerable.Range(0, 2 * 8 * 5 * 7).Select(_ => (float)(2 * random.NextDouble() - 1))];

float[] Moved(float step) => [.. x.Zip(direction, (a, d) => a + step * d)];

static double Dot(float[] a, float[] b) => a.Zip(b, (x, y) => (double)x * y).Sum();
