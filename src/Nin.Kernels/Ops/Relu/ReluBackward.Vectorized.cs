using System.Runtime.CompilerServices;
using Nin.Vectorized;

namespace Nin.Ops;

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
