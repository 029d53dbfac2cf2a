using System.Collections.Concurrent;
using Nin.Ops;
using Nin.TestKit;

namespace Nin.Kernels.Tests.Autograd;

/// <summary>
/// A device, a tape and parameters to record with. All numbers are small integers, so that sums of products are exact in float32 and a
/// gradient either equals the oracle's or is wrong.
/// </summary>
sealed class TapeRun : IDisposable
{
    /// <summary>Emulators that no run uses at the moment: their kernels are compiled, which takes longer than a test. They stay open to the end.</summary>
    static readonly ConcurrentBag<Device> Emulators = [];

    readonly List<IDisposable> owned = [];

    public TapeRun(string device = "cpu", params ParameterSpec[] specs)
    {
        if (device != "emulator") Device = Own(Device.Open(device, threads: 2));
        else if (Emulators.TryTake(out var compiled)) Device = compiled;
        else Device = Device.Open(device);
        Parameters = Own(new ParameterSet(Device, specs));
        Tape = Own(new Tape(Device, seed: 5));
        for (int i = 0; i < specs.Length; i++) Parameters[i].CopyFrom(Integers(100 + i, (int)specs[i].Length));
    }

    public Device Device { get; }

    public ParameterSet Parameters { get; }

    public Tape Tape { get; }

    /// <summary>Integers from -2 to 2.</summary>
    public static float[] Integers(int seed, int length) => [.. RandomData.Labels(seed, length, 5).Select(v => v - 2f)];

    /// <summary>A convolution whose weight and bias are parameters of these names.</summary>
    public ConvolutionStep Convolution(Conv2dCase s, string weight, string? bias, bool relu) => new(
        new Conv2dSizes(s.Channels, s.Height, s.Width, s.Filters, s.Kernel, s.Stride, s.Padding, s.Dilation, s.Groups),
        new Shape(s.Filters, s.OutHeight, s.OutWidth), Parameters[weight], bias is null ? null : Parameters[bias], relu);

    public Traced Input(float[] values, int batch, Shape shape, bool needsGradient = false)
    {
        var buffer = Own(new TensorBuffer(Device, batch, shape));
        buffer.CopyFrom(values, Layout.Nchw);
        return Tape.Input(buffer.Tensor, needsGradient);
    }

    /// <summary>Goes back from a value with a given gradient, in PyTorch's order.</summary>
    public void Backward(Traced from, float[] gradient)
    {
        using var host = new TensorBuffer(Device, from.Value.Batch, from.Value.Shape);
        host.CopyFrom(gradient, Layout.Nchw);
        float[] ordered = host.ToArray(Layout.Nhwc);
        Tape.Backward(from, target => target.CopyFrom(ordered));
    }

    public double[] Wide(string parameter) => Parameters[parameter].ToArray().Widen();

    public float[] Gradient(string parameter) => Parameters[parameter].GradientToArray();

    public void Dispose()
    {
        for (int i = owned.Count - 1; i >= 0; i--) owned[i].Dispose();
        if (Device.Id == "emulator") Emulators.Add(Device);
    }

    T Own<T>(T value)
        where T : IDisposable
    {
        owned.Add(value);
        return value;
    }
}
