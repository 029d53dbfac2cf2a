using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>Writes one value everywhere.</summary>
interface IFill : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="value">The value.</param>
    /// <param name="y">Any shape, overwritten.</param>
    void Run(DeviceStream stream, float value, DeviceView y);
}

/// <summary>One thread per element.</summary>
sealed class FillPortable(AcceleratorDevice device) : IFill
{
    readonly Action<DeviceStream, KernelConfig, float, ArrayView<float>> launch = device.Load<float, ArrayView<float>>(Kernel);

    public void Run(DeviceStream stream, float value, DeviceView y) => launch(stream, device.Over(y.Length), value, y.Array);

    static void Kernel(float value, ArrayView<float> y)
    {
        for (long i = PortableThread.Index; i < y.Length; i += PortableThread.Stride) y[i] = value;
    }
}

/// <summary>One pass over memory.</summary>
sealed unsafe class FillVectorized(CpuDevice device) : IFill
{
    public void Run(DeviceStream stream, float value, DeviceView y) =>
        ElementwiseJob<Constant>.Run(device, y.Length, new Constant(value, y.Pointer));

    /// <summary><c>y = value</c></summary>
    readonly struct Constant(float value, float* y) : IElementwise
    {
        readonly float value = value;
        readonly float* y = y;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply<TLanes, TExtent>(long i, TExtent extent)
            where TLanes : struct, ILanes<TLanes>
            where TExtent : struct, IExtent =>
            extent.Store(y + i, TLanes.Broadcast(value));
    }
}
