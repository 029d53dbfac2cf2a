using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary><c>y = x > 0 ? x : slope x</c>: ReLU with slope 0, leaky ReLU otherwise. NaN stays NaN.</summary>
interface IReluForward : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="slope">Slope below zero, 0 or more.</param>
    /// <param name="x">Any shape.</param>
    /// <param name="y">The same length, overwritten; may be <paramref name="x"/> itself.</param>
    void Run(DeviceStream stream, float slope, DeviceView x, DeviceView y);
}

/// <summary><c>dx = y > 0 ? dy : slope dy</c>. The output says which side an element was on, so the input need not be kept.</summary>
interface IReluBackward : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="slope">Slope below zero, 0 or more.</param>
    /// <param name="y">Output of the forward pass.</param>
    /// <param name="dy">Gradient of the output.</param>
    /// <param name="dx">Gradient of the input; may be <paramref name="dy"/> itself where it is overwritten.</param>
    /// <param name="accumulate">Adds to what stands in <paramref name="dx"/>.</param>
    void Run(DeviceStream stream, float slope, DeviceView y, DeviceView dy, DeviceView dx, bool accumulate);
}

/// <summary>One thread an element.</summary>
sealed class ReluForwardPortable(AcceleratorDevice device) : IReluForward
{
    readonly Action<DeviceStream, KernelConfig, float, ArrayView<float>, ArrayView<float>> launch =
        device.Load<float, ArrayView<float>, ArrayView<float>>(Kernel);

    public void Run(DeviceStream stream, float slope, DeviceView x, DeviceView y) => launch(stream, device.Over(x.Length), slope, x.Array, y.Array);

    static void Kernel(float slope, ArrayView<float> x, ArrayView<float> y)
    {
        for (long i = PortableThread.Index; i < x.Length; i += PortableThread.Stride)
        {
            float value = x[i];
            // Apart from the product, because 0 times infinity is NaN.
            float below = slope == 0 ? 0 : slope * value;
            y[i] = value < 0 ? below : value;
        }
    }
}

/// <summary>One thread an element.</summary>
sealed class ReluBackwardPortable(AcceleratorDevice device) : IReluBackward
{
    readonly Action<DeviceStream, KernelConfig, float, int, ArrayView<float>, ArrayView<float>, ArrayView<float>> launch =
        device.Load<float, int, ArrayView<float>, ArrayView<float>, ArrayView<float>>(Kernel);

    public void Run(DeviceStream stream, float slope, DeviceView y, DeviceView dy, DeviceView dx, bool accumulate) =>
        launch(stream, device.Over(y.Length), slope, accumulate ? 1 : 0, y.Array, dy.Array, dx.Array);

    static void Kernel(float slope, int accumulate, ArrayView<float> y, ArrayView<float> dy, ArrayView<float> dx)
    {
        for (long i = PortableThread.Index; i < y.Length; i += PortableThread.Stride)
        {
            // Apart from the product, because 0 times infinity is NaN.
            float below = slope == 0 ? 0 : slope * dy[i];
            float gradient = y[i] > 0 ? dy[i] : below;
            dx[i] = accumulate != 0 ? dx[i] + gradient : gradient;
        }
    }
}

/// <summary>One pass over memory.</summary>
sealed unsafe class ReluForwardVectorized(CpuDevice device) : IReluForward
{
    public void Run(DeviceStream stream, float slope, DeviceView x, DeviceView y)
    {
        if (slope == 0)
            ElementwiseJob<Rectify>.Run(device, x.Length, new Rectify(x.Pointer, y.Pointer));
        else
            ElementwiseJob<Lean>.Run(device, x.Length, new Lean(slope, x.Pointer, y.Pointer));
    }

    /// <summary><c>y = max(0, x)</c>: apart from <see cref="Lean"/>, because 0 times infinity is NaN.</summary>
    readonly struct Rectify(float* x, float* y) : IElementwise
    {
        readonly float* x = x;
        readonly float* y = y;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply<TLanes, TExtent>(long i, TExtent extent)
            where TLanes : struct, ILanes<TLanes>
            where TExtent : struct, IExtent =>
            extent.Store(y + i, TLanes.Max(TLanes.Zero, extent.Load<TLanes>(x + i)));
    }

    /// <summary><c>y = x > 0 ? x : slope x</c></summary>
    readonly struct Lean(float slope, float* x, float* y) : IElementwise
    {
        readonly float slope = slope;
        readonly float* x = x;
        readonly float* y = y;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply<TLanes, TExtent>(long i, TExtent extent)
            where TLanes : struct, ILanes<TLanes>
            where TExtent : struct, IExtent
        {
            TLanes value = extent.Load<TLanes>(x + i);
            extent.Store(y + i, TLanes.Select(TLanes.GreaterThan(value, TLanes.Zero), value, TLanes.Broadcast(slope) * value));
        }
    }
}

/// <summary>One pass over memory.</summary>
sealed unsafe class ReluBackwardVectorized(CpuDevice device) : IReluBackward
{
    public void Run(DeviceStream stream, float slope, DeviceView y, DeviceView dy, DeviceView dx, bool accumulate) =>
        ElementwiseJob<Gradient>.Run(device, y.Length, new Gradient(slope, y.Pointer, dy.Pointer, dx.Pointer, accumulate));

    /// <summary><c>dx (+)= y > 0 ? dy : slope dy</c>; with slope 0 an infinite gradient behind the mask is 0, not NaN.</summary>
    readonly struct Gradient(float slope, float* y, float* dy, float* dx, bool accumulate) : IElementwise
    {
        readonly float slope = slope;
        readonly float* y = y;
        readonly float* dy = dy;
        readonly float* dx = dx;
        readonly bool accumulate = accumulate;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply<TLanes, TExtent>(long i, TExtent extent)
            where TLanes : struct, ILanes<TLanes>
            where TExtent : struct, IExtent
        {
            TLanes gradient = extent.Load<TLanes>(dy + i);
            TLanes positive = TLanes.GreaterThan(extent.Load<TLanes>(y + i), TLanes.Zero);
            TLanes result = slope == 0
                ? positive & gradient
                : TLanes.Select(positive, gradient, TLanes.Broadcast(slope) * gradient);
            extent.Store(dx + i, accumulate ? extent.Load<TLanes>(dx + i) + result : result);
        }
    }
}

/// <summary>The gradient of a ReLU: dy where the output y was above zero, 0 elsewhere.</summary>
unsafe struct ReluMask : ILanesJob
{
    const int PieceLength = 1 << 14;

    float* y;
    float* dY;
    float* dX;
    long length;

    /// <param name="pool">Threads and width.</param>
    /// <param name="y">Output of the ReLU.</param>
    /// <param name="dY">Gradient of y; replaced by the gradient of what the ReLU read.</param>
    /// <param name="length">Floats of each.</param>
    public static void Run(WorkerPool pool, float* y, float* dY, long length) => Run(pool, y, dY, dY, length);

    /// <param name="pool">Threads and width.</param>
    /// <param name="y">Output of the ReLU.</param>
    /// <param name="dY">Gradient of y.</param>
    /// <param name="dX">Gradient of what the ReLU read; may be either of the others.</param>
    /// <param name="length">Floats of each.</param>
    public static void Run(WorkerPool pool, float* y, float* dY, float* dX, long length) =>
        SimdWidth.Run(pool, Packing.CeilDivide(length, PieceLength), new ReluMask { y = y, dY = dY, dX = dX, length = length });

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Execute<TLanes>(int index, int worker)
        where TLanes : struct, ILanes<TLanes>
    {
        long i = (long)index * PieceLength;
        long end = Math.Min(i + PieceLength, length);
        for (; i <= end - TLanes.Count; i += TLanes.Count)
        {
            (TLanes.GreaterThan(TLanes.Load(y + i), TLanes.Zero) & TLanes.Load(dY + i)).Store(dX + i);
        }

        int rest = (int)(end - i);
        (TLanes.GreaterThan(TLanes.Load(y + i, rest), TLanes.Zero) & TLanes.Load(dY + i, rest)).Store(dX + i, rest);
    }
}
