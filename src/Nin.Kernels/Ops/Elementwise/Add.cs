using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary><c>y = a + b</c>: the sum of two branches, and the accumulation of gradients.</summary>
interface IAdd : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="a">Any shape.</param>
    /// <param name="b">The same length.</param>
    /// <param name="y">The same length, overwritten; may be <paramref name="a"/> or <paramref name="b"/>.</param>
    void Run(DeviceStream stream, DeviceView a, DeviceView b, DeviceView y);
}

/// <summary>One thread an element.</summary>
sealed class AddPortable(AcceleratorDevice device) : IAdd
{
    readonly Action<DeviceStream, KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<float>> launch =
        device.Load<ArrayView<float>, ArrayView<float>, ArrayView<float>>(Kernel);

    public void Run(DeviceStream stream, DeviceView a, DeviceView b, DeviceView y) =>
        launch(stream, device.Over(y.Length), a.Array, b.Array, y.Array);

    static void Kernel(ArrayView<float> a, ArrayView<float> b, ArrayView<float> y)
    {
        for (long i = PortableThread.Index; i < y.Length; i += PortableThread.Stride) y[i] = a[i] + b[i];
    }
}

/// <summary>One pass over memory.</summary>
sealed unsafe class AddVectorized(CpuDevice device) : IAdd
{
    public void Run(DeviceStream stream, DeviceView a, DeviceView b, DeviceView y) =>
        ElementwiseJob<Sum>.Run(device, y.Length, new Sum(a.Pointer, b.Pointer, y.Pointer));

    /// <summary><c>y = a + b</c></summary>
    readonly struct Sum(float* a, float* b, float* y) : IElementwise
    {
        readonly float* a = a;
        readonly float* b = b;
        readonly float* y = y;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply<TLanes, TExtent>(long i, TExtent extent)
            where TLanes : struct, ILanes<TLanes>
            where TExtent : struct, IExtent =>
            extent.Store(y + i, extent.Load<TLanes>(a + i) + extent.Load<TLanes>(b + i));
    }
}
