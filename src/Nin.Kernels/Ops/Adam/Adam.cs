using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>
/// <c>m = b1 m + (1 - b1) g; v = b2 v + (1 - b2) g²; p -= rate / (1 - b1^t) * m / (sqrt(v) / sqrt(1 - b2^t) + eps)</c>.
/// The rule of PyTorch's <c>torch/optim/adam.py</c> and <c>adamw.py</c>.
/// </summary>
interface IAdam : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="step">The numbers.</param>
    /// <param name="parameters">All parameters at once, updated.</param>
    /// <param name="gradients">Their gradients, which are kept.</param>
    /// <param name="firstMoment">Updated; zero before the first step.</param>
    /// <param name="secondMoment">Updated; zero before the first step.</param>
    void Run(
        DeviceStream stream, in AdamStep step, DeviceView parameters, DeviceView gradients, DeviceView firstMoment, DeviceView secondMoment);
}

/// <summary>The numbers of a step as its kernel reads them, bias corrections computed in double precision.</summary>
/// <param name="Rate"><c>rate / (1 - b1^t)</c>.</param>
/// <param name="SecondScale"><c>1 / sqrt(1 - b2^t)</c>.</param>
/// <param name="Beta1">Decay of the first moment.</param>
/// <param name="Added1"><c>1 - b1</c>.</param>
/// <param name="Beta2">Decay of the second moment.</param>
/// <param name="Added2"><c>1 - b2</c>.</param>
/// <param name="Epsilon">Added to the corrected square root.</param>
/// <param name="Decay">Factor of the parameter in its gradient; 0 for AdamW.</param>
/// <param name="Shrink">Factor of the parameter before the step; 1 for Adam.</param>
readonly record struct AdamFactors(
    float Rate, float SecondScale, float Beta1, float Added1, float Beta2, float Added2, float Epsilon, float Decay, float Shrink)
{
    public static AdamFactors Of(in AdamStep step)
    {
        double first = 1 - Math.Pow(step.Beta1, step.Step), second = 1 - Math.Pow(step.Beta2, step.Step);
        return new AdamFactors(
            (float)(step.LearningRate / first), (float)(1 / Math.Sqrt(second)), step.Beta1, (float)(1.0 - step.Beta1), step.Beta2,
            (float)(1.0 - step.Beta2), step.Epsilon, step.Decoupled ? 0 : step.WeightDecay,
            step.Decoupled ? (float)(1.0 - (double)step.LearningRate * step.WeightDecay) : 1);
    }
}

/// <summary>The numbers of one step of Adam or AdamW.</summary>
/// <param name="LearningRate">Step size.</param>
/// <param name="Beta1">Decay of the first moment.</param>
/// <param name="Beta2">Decay of the second moment.</param>
/// <param name="Epsilon">Added to the square root of the second moment, after its bias correction.</param>
/// <param name="WeightDecay">Added to the gradient (Adam), or shrinking the parameter before the step (AdamW).</param>
/// <param name="Decoupled">AdamW.</param>
/// <param name="Step">The step, from 1.</param>
public readonly record struct AdamStep(
    float LearningRate, float Beta1, float Beta2, float Epsilon, float WeightDecay, bool Decoupled, int Step);

/// <summary>One thread per parameter.</summary>
sealed class AdamPortable(AcceleratorDevice device) : IAdam
{
    readonly Action<DeviceStream, KernelConfig, AdamFactors, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>> launch =
        device.Load<AdamFactors, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>>(Kernel);

    public void Run(
        DeviceStream stream, in AdamStep step, DeviceView parameters, DeviceView gradients, DeviceView firstMoment, DeviceView secondMoment) =>
        launch(
            stream, device.Over(parameters.Length), AdamFactors.Of(step), parameters.Array, gradients.Array, firstMoment.Array, secondMoment.Array);

    static void Kernel(
        AdamFactors step, ArrayView<float> parameters, ArrayView<float> gradients, ArrayView<float> firstMoment, ArrayView<float> secondMoment)
    {
        for (long i = PortableThread.Index; i < parameters.Length; i += PortableThread.Stride)
        {
            float parameter = parameters[i] * step.Shrink;
            float gradient = gradients[i] + step.Decay * parameter;
            float m = step.Beta1 * firstMoment[i] + step.Added1 * gradient;
            float v = step.Beta2 * secondMoment[i] + step.Added2 * (gradient * gradient);
            firstMoment[i] = m;
            secondMoment[i] = v;
            parameters[i] = parameter - step.Rate * m / (XMath.Sqrt(v) * step.SecondScale + step.Epsilon);
        }
    }
}

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
