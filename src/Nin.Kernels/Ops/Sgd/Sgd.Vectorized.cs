using System.Runtime.CompilerServices;
using Nin.Vectorized;

namespace Nin.Ops;

/// <summary>One pass over all parameters.</summary>
sealed unsafe class SgdVectorized(CpuDevice device) : ISgd
{
    public void Run(DeviceStream stream, in SgdStep step, DeviceView parameters, DeviceView gradients, DeviceView velocity)
    {
        if (step.Momentum == 0)
            ElementwiseJob<Plain>.Run(device, parameters.Length, new Plain(step, parameters.Pointer, gradients.Pointer));
        else
            ElementwiseJob<Heavy>.Run(device, parameters.Length, new Heavy(step, parameters.Pointer, gradients.Pointer, velocity.Pointer));
    }

    /// <summary><c>p -= rate (g + decay p)</c></summary>
    readonly struct Plain(in SgdStep step, float* p, float* g) : IElementwise
    {
        readonly float rate = step.LearningRate;
        readonly float decay = step.WeightDecay;
        readonly float* p = p;
        readonly float* g = g;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply<TLanes, TExtent>(long i, TExtent extent)
            where TLanes : struct, ILanes<TLanes>
            where TExtent : struct, IExtent
        {
            TLanes parameter = extent.Load<TLanes>(p + i);
            TLanes gradient = TLanes.MulAdd(TLanes.Broadcast(decay), parameter, extent.Load<TLanes>(g + i));
            extent.Store(p + i, TLanes.MulAdd(TLanes.Broadcast(-rate), gradient, parameter));
        }
    }

    /// <summary><c>g += decay p; v = isFirst ? g : momentum v + share g; p -= rate (nesterov ? g + momentum v : v)</c></summary>
    readonly struct Heavy(in SgdStep step, float* p, float* g, float* v) : IElementwise
    {
        readonly float rate = step.LearningRate;
        readonly float decay = step.WeightDecay;
        readonly float momentum = step.Momentum;
        readonly float share = 1 - step.Dampening;
        readonly bool nesterov = step.Nesterov;
        readonly bool isFirst = step.IsFirst;
        readonly float* p = p;
        readonly float* g = g;
        readonly float* v = v;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply<TLanes, TExtent>(long i, TExtent extent)
            where TLanes : struct, ILanes<TLanes>
            where TExtent : struct, IExtent
        {
            TLanes parameter = extent.Load<TLanes>(p + i);
            TLanes gradient = TLanes.MulAdd(TLanes.Broadcast(decay), parameter, extent.Load<TLanes>(g + i));
            TLanes velocity = isFirst
                ? gradient
                : TLanes.MulAdd(TLanes.Broadcast(momentum), extent.Load<TLanes>(v + i), TLanes.Broadcast(share) * gradient);
            extent.Store(v + i, velocity);
            TLanes direction = nesterov ? TLanes.MulAdd(TLanes.Broadcast(momentum), velocity, gradient) : velocity;
            extent.Store(p + i, TLanes.MulAdd(TLanes.Broadcast(-rate), direction, parameter));
        }
    }
}
