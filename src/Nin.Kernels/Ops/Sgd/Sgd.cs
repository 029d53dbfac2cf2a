using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>
/// <c>g += decay p; v = IsFirst ? g : momentum v + (1 - dampening) g; g = Nesterov ? g + momentum v : v; p -= rate g</c>, with the second
/// and third only where there is momentum. The rule of PyTorch's <c>torch/optim/sgd.py</c>.
/// </summary>
interface ISgd : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="step">The numbers.</param>
    /// <param name="parameters">All parameters at once, updated.</param>
    /// <param name="gradients">Their gradients, which are kept.</param>
    /// <param name="velocity">Updated; none without momentum.</param>
    void Run(DeviceStream stream, in SgdStep step, DeviceView parameters, DeviceView gradients, DeviceView velocity);
}

/// <summary>The numbers of a step as its kernel reads them: flags as integers, because a kernel's parameters hold no bool.</summary>
/// <param name="Rate">Step size.</param>
/// <param name="Decay">Factor of the parameter in its gradient.</param>
/// <param name="Momentum">Factor of the old velocity.</param>
/// <param name="Added">Factor of the gradient in the velocity.</param>
/// <param name="HasVelocity">1 where there is momentum.</param>
/// <param name="IsFirst">1 where the velocity starts as the gradient.</param>
/// <param name="IsNesterov">1 where it looks ahead.</param>
readonly record struct SgdFactors(float Rate, float Decay, float Momentum, float Added, int HasVelocity, int IsFirst, int IsNesterov);

/// <summary>The numbers of one step of stochastic gradient descent.</summary>
/// <param name="LearningRate">Step size.</param>
/// <param name="Momentum">Share of the velocity that is kept.</param>
/// <param name="Dampening">Share of a gradient that does not enter the velocity.</param>
/// <param name="WeightDecay">Factor of the parameter that is added to its gradient.</param>
/// <param name="Nesterov">Looks ahead along the velocity.</param>
/// <param name="IsFirst">The velocity starts as the gradient, without dampening.</param>
public readonly record struct SgdStep(
    float LearningRate, float Momentum = 0, float Dampening = 0, float WeightDecay = 0, bool Nesterov = false, bool IsFirst = false);

/// <summary>One thread per parameter.</summary>
sealed class SgdPortable(AcceleratorDevice device) : ISgd
{
    readonly Action<DeviceStream, KernelConfig, SgdFactors, ArrayView<float>, ArrayView<float>, ArrayView<float>> launch =
        device.Load<SgdFactors, ArrayView<float>, ArrayView<float>, ArrayView<float>>(Kernel);

    public void Run(DeviceStream stream, in SgdStep step, DeviceView parameters, DeviceView gradients, DeviceView velocity)
    {
        bool hasVelocity = step.Momentum != 0;
        var factors = new SgdFactors(
            step.LearningRate, step.WeightDecay, step.Momentum, 1 - step.Dampening, hasVelocity ? 1 : 0, step.IsFirst ? 1 : 0,
            step.Nesterov ? 1 : 0);
        launch(
            stream, device.Over(parameters.Length), factors, parameters.Array, gradients.Array, (hasVelocity ? velocity : gradients).Array);
    }

    static void Kernel(SgdFactors step, ArrayView<float> parameters, ArrayView<float> gradients, ArrayView<float> velocity)
    {
        for (long i = PortableThread.Index; i < parameters.Length; i += PortableThread.Stride)
        {
            float parameter = parameters[i];
            float gradient = gradients[i] + step.Decay * parameter;
            if (step.HasVelocity != 0)
            {
                // The velocity is not read before the first step: it need not hold numbers.
                float v = step.IsFirst != 0 ? gradient : step.Momentum * velocity[i] + step.Added * gradient;
                velocity[i] = v;
                gradient = step.IsNesterov != 0 ? gradient + step.Momentum * v : v;
            }

            parameters[i] = parameter - step.Rate * gradient;
        }
    }
}

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
