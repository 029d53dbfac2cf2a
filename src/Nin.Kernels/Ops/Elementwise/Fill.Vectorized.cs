using System.Runtime.CompilerServices;
using Nin.Vectorized;

namespace Nin.Ops;

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
