using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary><c>y = act(x)</c>, for any activation.</summary>
interface IActivationForward : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="activation">The formula.</param>
    /// <param name="x">Any shape.</param>
    /// <param name="y">The same length, overwritten; may be <paramref name="x"/> itself.</param>
    void Run<TActivation>(DeviceStream stream, TActivation activation, DeviceView x, DeviceView y)
        where TActivation : unmanaged, IActivation;
}

/// <summary><c>dx = dy act'</c>, for any activation.</summary>
interface IActivationBackward : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="activation">The formula.</param>
    /// <param name="saved">Output of the forward pass where <see cref="IActivation.SavesOutput"/> is true, else its input.</param>
    /// <param name="dy">Gradient of the output.</param>
    /// <param name="dx">Gradient of the input; may be <paramref name="dy"/> itself where it is overwritten.</param>
    /// <param name="accumulate">Adds to <paramref name="dx"/> instead of overwriting it.</param>
    void Run<TActivation>(DeviceStream stream, TActivation activation, DeviceView saved, DeviceView dy, DeviceView dx, bool accumulate)
        where TActivation : unmanaged, IActivation;
}

/// <summary>A kernel for each activation, compiled at its first use.</summary>
sealed class ActivationForwardPortable(AcceleratorDevice device) : IActivationForward
{
    readonly ConcurrentDictionary<Type, object> kernels = new();

    public void Run<TActivation>(DeviceStream stream, TActivation activation, DeviceView x, DeviceView y)
        where TActivation : unmanaged, IActivation =>
        ((ActivationForwardKernel<TActivation>)kernels.GetOrAdd(
            typeof(TActivation), static (_, device) => new ActivationForwardKernel<TActivation>(device), device)).Run(stream, activation, x, y);
}

/// <summary>One thread per four elements, or per element where they are not aligned.</summary>
sealed class ActivationForwardKernel<TActivation>(AcceleratorDevice device)
    where TActivation : unmanaged, IActivation
{
    readonly Action<DeviceStream, KernelConfig, TActivation, int, ArrayView<float>, ArrayView<float>> launch =
        device.Load<TActivation, int, ArrayView<float>, ArrayView<float>>(Kernel);

    public void Run(DeviceStream stream, TActivation activation, DeviceView x, DeviceView y)
    {
        int width = Float4.Width(Float4.IsWhole(x) && Float4.AreAligned(y, Float4.Length));
        launch(stream, device.Over(x.Length / width), activation, width, x.Array, y.Array);
    }

    static void Kernel(TActivation activation, int width, ArrayView<float> x, ArrayView<float> y)
    {
        for (long i = PortableThread.Index * width; i < x.Length; i += PortableThread.Stride * width)
        {
            ActivationOfFour.Value(activation, Float4.Load(x, i, width), width).Store(y, i, width);
        }
    }
}

/// <summary>A kernel for each activation, compiled at its first use.</summary>
sealed class ActivationBackwardPortable(AcceleratorDevice device) : IActivationBackward
{
    readonly ConcurrentDictionary<Type, object> kernels = new();

    public void Run<TActivation>(
        DeviceStream stream, TActivation activation, DeviceView saved, DeviceView dy, DeviceView dx, bool accumulate)
        where TActivation : unmanaged, IActivation =>
        ((ActivationBackwardKernel<TActivation>)kernels.GetOrAdd(
            typeof(TActivation), static (_, device) => new ActivationBackwardKernel<TActivation>(device), device))
        .Run(stream, activation, saved, dy, dx, accumulate);
}

/// <summary>One thread per four elements, or per element where they are not aligned.</summary>
sealed class ActivationBackwardKernel<TActivation>(AcceleratorDevice device)
    where TActivation : unmanaged, IActivation
{
    readonly Action<DeviceStream, KernelConfig, TActivation, int, int, ArrayView<float>, ArrayView<float>, ArrayView<float>> launch =
        device.Load<TActivation, int, int, ArrayView<float>, ArrayView<float>, ArrayView<float>>(Kernel);

    public void Run(DeviceStream stream, TActivation activation, DeviceView saved, DeviceView dy, DeviceView dx, bool accumulate)
    {
        int width = Float4.Width(Float4.IsWhole(saved) && Float4.AreAligned(dy, Float4.Length) && Float4.AreAligned(dx, Float4.Length));
        launch(stream, device.Over(saved.Length / width), activation, width, accumulate ? 1 : 0, saved.Array, dy.Array, dx.Array);
    }

    static void Kernel(TActivation activation, int width, int accumulate, ArrayView<float> saved, ArrayView<float> dy, ArrayView<float> dx)
    {
        for (long i = PortableThread.Index * width; i < saved.Length; i += PortableThread.Stride * width)
        {
            Float4 gradients = ActivationOfFour.Gradient(activation, Float4.Load(saved, i, width), Float4.Load(dy, i, width), width);
            if (accumulate != 0) gradients = Float4.Add(Float4.Load(dx, i, width), gradients);
            gradients.Store(dx, i, width);
        }
    }
}

/// <summary>An activation of four elements of a portable kernel, or of the first alone where its width is one.</summary>
static class ActivationOfFour
{
    public static Float4 Value<TActivation>(TActivation activation, Float4 x, int width)
        where TActivation : unmanaged, IActivation
    {
        x.S0 = activation.Value(new Float32(x.S0)).Value;
        if (width == Float4.Length)
        {
            x.S1 = activation.Value(new Float32(x.S1)).Value;
            x.S2 = activation.Value(new Float32(x.S2)).Value;
            x.S3 = activation.Value(new Float32(x.S3)).Value;
        }

        return x;
    }

    public static Float4 Gradient<TActivation>(TActivation activation, Float4 saved, Float4 dy, int width)
        where TActivation : unmanaged, IActivation
    {
        dy.S0 = activation.Gradient(new Float32(saved.S0), new Float32(dy.S0)).Value;
        if (width == Float4.Length)
        {
            dy.S1 = activation.Gradient(new Float32(saved.S1), new Float32(dy.S1)).Value;
            dy.S2 = activation.Gradient(new Float32(saved.S2), new Float32(dy.S2)).Value;
            dy.S3 = activation.Gradient(new Float32(saved.S3), new Float32(dy.S3)).Value;
        }

        return dy;
    }
}

/// <summary>One pass over memory.</summary>
sealed unsafe class ActivationForwardVectorized(CpuDevice device) : IActivationForward
{
    public void Run<TActivation>(DeviceStream stream, TActivation activation, DeviceView x, DeviceView y)
        where TActivation : unmanaged, IActivation =>
        ElementwiseJob<ActivationValues<TActivation>>.Run(device, x.Length, new(activation, x.Pointer, y.Pointer));
}

/// <summary>One pass over memory.</summary>
sealed unsafe class ActivationBackwardVectorized(CpuDevice device) : IActivationBackward
{
    public void Run<TActivation>(
        DeviceStream stream, TActivation activation, DeviceView saved, DeviceView dy, DeviceView dx, bool accumulate)
        where TActivation : unmanaged, IActivation =>
        ElementwiseJob<ActivationGradients<TActivation>>.Run(
            device, saved.Length, new(activation, saved.Pointer, dy.Pointer, dx.Pointer, accumulate));
}

/// <summary><c>y = act(x)</c></summary>
readonly unsafe struct ActivationValues<TActivation>(TActivation activation, float* x, float* y) : IElementwise
    where TActivation : unmanaged, IActivation
{
    readonly TActivation activation = activation;
    readonly float* x = x;
    readonly float* y = y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Apply<TLanes, TExtent>(long i, TExtent extent)
        where TLanes : struct, ILanes<TLanes>
        where TExtent : struct, IExtent =>
        extent.Store(y + i, activation.Value(extent.Load<TLanes>(x + i)));
}

/// <summary><c>dx (+)= dy act'</c>; dx may be either of the others where nothing is added.</summary>
readonly unsafe struct ActivationGradients<TActivation>(TActivation activation, float* saved, float* dy, float* dx, bool accumulate) : IElementwise
    where TActivation : unmanaged, IActivation
{
    readonly TActivation activation = activation;
    readonly float* saved = saved;
    readonly float* dy = dy;
    readonly float* dx = dx;
    readonly bool accumulate = accumulate;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Apply<TLanes, TExtent>(long i, TExtent extent)
        where TLanes : struct, ILanes<TLanes>
        where TExtent : struct, IExtent
    {
        TLanes gradient = activation.Gradient(extent.Load<TLanes>(saved + i), extent.Load<TLanes>(dy + i));
        extent.Store(dx + i, accumulate ? extent.Load<TLanes>(dx + i) + gradient : gradient);
    }
}
