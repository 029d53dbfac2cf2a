using System.Runtime.CompilerServices;
using Nin.Vectorized;

namespace Nin.Ops;

/// <summary>One pass over all parameters.</summary>
sealed unsafe class AdamVectorized(CpuDevice device) : IAdam
{
    public void Run(
        DeviceStream stream, in AdamStep step, DeviceView parameters, DeviceView gradients, DeviceView firstMoment, DeviceView secondMoment) =>
        ElementwiseJob<Moments>.Run(
            device, parameters.Length,
            new Moments(step, parameters.Pointer, gradients.Pointer, firstMoment.Pointer, secondMoment.Pointer));

    /// <summary>
    /// <c>p *= shrink; g += decay p; m = b1 m + (1 - b1) g; v = b2 v + (1 - b2) g²; p -= rate m / (sqrt(v) / rootCorrection + eps)</c>, the
    /// bias correction of m being part of rate.
    /// </summary>
    readonly struct Moments(in AdamStep step, float* p, float* g, float* m, float* v) : IElementwise
    {
        readonly float beta1 = step.Beta1;
        readonly float beta2 = step.Beta2;
        readonly float epsilon = step.Epsilon;
        readonly float shrink = step.Decoupled ? (float)(1 - (double)step.LearningRate * step.WeightDecay) : 1;
        readonly float decay = step.Decoupled ? 0 : step.WeightDecay;
        readonly float rate = (float)(step.LearningRate / (1 - Math.Pow(step.Beta1, step.Step)));
        readonly float rootCorrection = (float)Math.Sqrt(1 - Math.Pow(step.Beta2, step.Step));
        readonly float* p = p;
        readonly float* g = g;
        readonly float* m = m;
        readonly float* v = v;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply<TLanes, TExtent>(long i, TExtent extent)
            where TLanes : struct, ILanes<TLanes>
            where TExtent : struct, IExtent
        {
            TLanes parameter = extent.Load<TLanes>(p + i) * TLanes.Broadcast(shrink);
            TLanes gradient = TLanes.MulAdd(TLanes.Broadcast(decay), parameter, extent.Load<TLanes>(g + i));
            TLanes first = TLanes.MulAdd(TLanes.Broadcast(beta1), extent.Load<TLanes>(m + i), TLanes.Broadcast(1 - beta1) * gradient);
            TLanes second = TLanes.MulAdd(
                TLanes.Broadcast(beta2), extent.Load<TLanes>(v + i), TLanes.Broadcast(1 - beta2) * gradient * gradient);
            extent.Store(m + i, first);
            extent.Store(v + i, second);
            TLanes root = TLanes.Sqrt(second) / TLanes.Broadcast(rootCorrection) + TLanes.Broadcast(epsilon);
            extent.Store(p + i, TLanes.MulAdd(TLanes.Broadcast(-rate), first / root, parameter));
        }
    }
}
