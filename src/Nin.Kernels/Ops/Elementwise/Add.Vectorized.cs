using System.Runtime.CompilerServices;
using Nin.Vectorized;

namespace Nin.Ops;

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
