using System.Globalization;
using Nin.Ops;

namespace Nin;

/// <summary>
/// Checks an activation of your own as the library's are checked: its gradient against its formula, and what a device computes of both. Call it from
/// a test; a network with a wrong gradient still trains, only badly.
/// </summary>
/// <example><code>ActivationCheck.Run(new Elu(0.7f), Device.Open("cpu"));</code></example>
public static class ActivationCheck
{
    const int Points = 4099;
    const double Step = 1e-5;

    // A one-sided difference in float64 is off by Step^2 times the third derivative, and constants of a formula have the digits of a float.
    const double SlopeError = 2e-7;

    // Sixteen units in the last place: enough for a formula of a few operations, and functions good to two units.
    const double DeviceError = 16 * 1.2e-7;

    /// <summary>
    /// Passes if the gradient is the slope of the formula (in float64; at a kink that of either side, or between them), if a NaN stays NaN, and if
    /// the device computes both as float64 does, to sixteen units in the last place of 1 or of the result, whichever is more.
    /// </summary>
    /// <param name="activation">The activation, with its own numbers.</param>
    /// <param name="device">Where it runs: <c>cpu</c> runs it in registers, every other device through ILGPU.</param>
    /// <param name="from">The least input that is tried.</param>
    /// <param name="to">The largest.</param>
    /// <exception cref="InvalidOperationException">It fails; the message says where and by how much.</exception>
    public static void Run<TActivation>(TActivation activation, Device device, float from = -8, float to = 8)
        where TActivation : unmanaged, IActivation
    {
        ArgumentNullException.ThrowIfNull(device);
        if (!(from < to && float.IsFinite(to - from)))
            throw new ArgumentOutOfRangeException(nameof(to), to, $"The range of inputs must be finite and begin before it ends; it begins at {from}.");
        float[] x = [.. Enumerable.Range(0, Points).Select(i => from + (to - from) * i / (Points - 1))];
        foreach (float point in x) CheckSlope(activation, point);
        if (!double.IsNaN(activation.Value(new Float64(double.NaN)).Value)) throw Failure<TActivation>("the value is a number", float.NaN);
        CheckDevice(activation, device, x);
    }

    static void CheckSlope<TActivation>(TActivation activation, float at)
        where TActivation : unmanaged, IActivation
    {
        double step = Step * Math.Max(1, Math.Abs(at));
        double left = Slope(activation, at, -step), right = Slope(activation, at, step);
        double gradient = activation.Gradient(new Float64(TActivation.SavesOutput ? Value(activation, at) : at), new Float64(1)).Value;
        double error = SlopeError * Math.Max(1, Math.Max(Math.Abs(left), Math.Abs(right)));
        if (gradient >= Math.Min(left, right) - error && gradient <= Math.Max(left, right) + error) return;
        throw Failure<TActivation>(string.Create(
            CultureInfo.InvariantCulture, $"the gradient is {gradient:G9}, but the formula's slope {left:G9} before and {right:G9} after"), at);
    }

    /// <summary>The slope on one side, of three points.</summary>
    static double Slope<TActivation>(TActivation activation, double x, double step)
        where TActivation : unmanaged, IActivation =>
        (4 * Value(activation, x + step) - Value(activation, x + 2 * step) - 3 * Value(activation, x)) / (2 * step);

    static void CheckDevice<TActivation>(TActivation activation, Device device, float[] x)
        where TActivation : unmanaged, IActivation
    {
        float[] saved = TActivation.SavesOutput ? [.. x.Select(v => (float)Value(activation, v))] : x;
        using var stream = device.CreateStream();
        using var memory = device.Allocate(4L * x.Length);
        DeviceView input = Part(0), y = Part(1), kept = Part(2), gradient = Part(3);
        input.CopyFrom(x);
        kept.CopyFrom(saved);
        gradient.CopyFrom([.. x.Select(_ => 1f)]);
        device.Kernels.Get<IActivationForward>().Run(stream, activation, input, y);
        device.Kernels.Get<IActivationBackward>().Run(stream, activation, kept, gradient, gradient, accumulate: false);
        stream.Synchronize();
        float[] values = y.ToArray(), gradients = gradient.ToArray();
        for (int i = 0; i < x.Length; i++)
        {
            Compare(values[i], Value(activation, x[i]), "value");
            Compare(gradients[i], activation.Gradient(new Float64(saved[i]), new Float64(1)).Value, "gradient");

            void Compare(float got, double want, string what)
            {
                if (Math.Abs(got - want) <= DeviceError * Math.Max(1, Math.Abs(want)) || got.Equals((float)want)) return;
                throw Failure<TActivation>(string.Create(CultureInfo.InvariantCulture, $"{device.Id} computes the {what} {got:G9}, float64 {want:G9}"), x[i]);
            }
        }

        DeviceView Part(int index) => memory.View.Slice((long)index * x.Length, x.Length);
    }

    static double Value<TActivation>(TActivation activation, double x)
        where TActivation : unmanaged, IActivation =>
        activation.Value(new Float64(x)).Value;

    static InvalidOperationException Failure<TActivation>(string what, float x)
        where TActivation : unmanaged, IActivation =>
        new(string.Create(CultureInfo.InvariantCulture, $"{TActivation.Name} at {x:G9}: {what}."));
}
