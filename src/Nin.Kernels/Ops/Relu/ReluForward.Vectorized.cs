using System.Runtime.CompilerServices;
using Nin.Vectorized;

namespace Nin.Ops;

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
