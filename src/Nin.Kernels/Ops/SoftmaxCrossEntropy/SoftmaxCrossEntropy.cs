using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>
/// Per example, with targets <c>q[c] = (1 - s) w[label] onehot + s / classes w[c]</c> and their sum <c>Q</c>:
/// <c>loss = -sum_c q[c] log softmax(z)[c]</c>, whether the label's logit is the (first) largest, and the gradient
/// <c>(Q softmax(z) - q) scale</c>. The rule of PyTorch's <c>LossNLL.cpp</c>, with smoothing <c>s</c> and class weights <c>w</c>.
/// </summary>
/// <remarks>
/// The largest logit is subtracted first, so that no exponential overflows and the largest is 1. That 1 is left out of the sum: the others alone keep the
/// digits of a loss near zero, <c>log(1 + others)</c>, and of the gradient of a probability near one, <c>-others / (1 + others)</c>.
/// </remarks>
interface ISoftmaxCrossEntropy : IOp
{
    /// <summary>The label to ignore where none is.</summary>
    const int NoLabel = int.MinValue;

    /// <param name="stream">Order of work.</param>
    /// <param name="classes">Classes.</param>
    /// <param name="n">Examples.</param>
    /// <param name="logits"><c>[n, classes]</c>.</param>
    /// <param name="labels"><c>[n]</c> 32-bit integers in 0..classes-1, or <paramref name="ignored"/> (checked before they come here).</param>
    /// <param name="scale">Factor of the gradient: one over the examples' weights for a mean loss.</param>
    /// <param name="losses"><c>[n]</c>, overwritten; 0 of an ignored example.</param>
    /// <param name="hits"><c>[n]</c>, overwritten: 1 where the prediction is right, else 0.</param>
    /// <param name="dlogits"><c>[n, classes]</c>, overwritten; none where no gradient is asked for; may be <paramref name="logits"/> itself.</param>
    /// <param name="smoothing">Share of the target that is spread over all classes.</param>
    /// <param name="ignored">The label of examples that do not count.</param>
    /// <param name="weights"><c>[classes]</c>; none for 1 each.</param>
    void Run(
        DeviceStream stream, int classes, int n, DeviceView logits, DeviceView labels, float scale, DeviceView losses, DeviceView hits,
        DeviceView dlogits, float smoothing = 0, int ignored = NoLabel, DeviceView weights = default);
}

/// <summary>What the kernel of the loss reads besides its arrays.</summary>
/// <param name="Classes">Classes.</param>
/// <param name="Examples">Examples.</param>
/// <param name="Scale">Factor of the gradient.</param>
/// <param name="HasGradient">1 where a gradient is asked for.</param>
/// <param name="Smoothing">Share of the target that is spread over all classes.</param>
/// <param name="Ignored">The label of examples that do not count.</param>
/// <param name="HasWeights">1 where classes have weights.</param>
readonly record struct SoftmaxCrossEntropySizes(
    int Classes, int Examples, float Scale, int HasGradient, float Smoothing, int Ignored, int HasWeights);

/// <summary>One thread per example.</summary>
sealed class SoftmaxCrossEntropyPortable(AcceleratorDevice device) : ISoftmaxCrossEntropy
{
    readonly Action<
        DeviceStream, KernelConfig, SoftmaxCrossEntropySizes, ArrayView<float>, ArrayView<int>, ArrayView<float>, ArrayView<float>,
        ArrayView<float>, ArrayView<float>> launch =
        device.Load<
            SoftmaxCrossEntropySizes, ArrayView<float>, ArrayView<int>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>>(Kernel);

    public void Run(
        DeviceStream stream, int classes, int n, DeviceView logits, DeviceView labels, float scale, DeviceView losses, DeviceView hits,
        DeviceView dlogits, float smoothing, int ignored, DeviceView weights)
    {
        var sizes = new SoftmaxCrossEntropySizes(classes, n, scale, dlogits.IsNone ? 0 : 1, smoothing, ignored, weights.IsNone ? 0 : 1);
        launch(
            stream, device.Over(n), sizes, logits.Array, labels.IntegerArray, losses.Array, hits.Array, (dlogits.IsNone ? losses : dlogits).Array,
            (weights.IsNone ? losses : weights).Array);
    }

    static void Kernel(
        SoftmaxCrossEntropySizes sizes, ArrayView<float> logits, ArrayView<int> labels, ArrayView<float> losses, ArrayView<float> hits,
        ArrayView<float> dlogits, ArrayView<float> weights)
    {
        for (long i = PortableThread.Index; i < sizes.Examples; i += PortableThread.Stride)
        {
            long first = i * sizes.Classes;
            int label = labels[i];
            if (label == sizes.Ignored)
            {
                losses[i] = 0;
                hits[i] = 0;
                if (sizes.HasGradient != 0)
                {
                    for (int c = 0; c < sizes.Classes; c++) dlogits[first + c] = 0;
                }

                continue;
            }

            int best = 0;
            float max = logits[first];
            for (int c = 1; c < sizes.Classes; c++)
            {
                float z = logits[first + c];
                if (z > max)
                {
                    max = z;
                    best = c;
                }
            }

            float others = 0;
            for (int c = 0; c < sizes.Classes; c++)
            {
                if (c != best) others += XMath.Exp(logits[first + c] - max);
            }

            float logSum = LogOnePlus(others);
            float own = (1 - sizes.Smoothing) * (sizes.HasWeights != 0 ? weights[label] : 1), spread = sizes.Smoothing / sizes.Classes;
            float loss = own * (logSum + (max - logits[first + label])), target = own;
            if (sizes.Smoothing != 0)
            {
                for (int c = 0; c < sizes.Classes; c++)
                {
                    float q = spread * (sizes.HasWeights != 0 ? weights[c] : 1);
                    loss += q * (logSum + (max - logits[first + c]));
                    target += q;
                }
            }

            losses[i] = loss;
            // Float constants: ILGPU 1.5.3 stores the bits of an integer choice on OpenCL.
            hits[i] = best == label ? 1f : 0f;
            if (sizes.HasGradient != 0)
            {
                for (int c = 0; c < sizes.Classes; c++)
                {
                    float q = spread * (sizes.HasWeights != 0 ? weights[c] : 1) + (c == label ? own : 0f);
                    float d = c == best
                        ? target - q - target * (others / (1 + others))
                        : target * (XMath.Exp(logits[first + c] - max) / (1 + others)) - q;
                    dlogits[first + c] = d * sizes.Scale;
                }
            }
        }
    }

    /// <summary>
    /// <c>log(1 + x)</c> for x of 0 or more: where x is small <c>2 artanh(x / (2 + x))</c>, because CUDA's logarithm near 1 is accurate only to 2^-22, and
    /// 1 + x loses the digits of x.
    /// </summary>
    static float LogOnePlus(float x)
    {
        if (!(x <= 0.5f)) return XMath.Log(1 + x);
        float s = x / (2 + x), t = s * s;
        return 2 * s * (1 + t * (1f / 3 + t * (1f / 5 + t * (1f / 7 + t * (1f / 9)))));
    }
}

/// <summary>
/// Scalar, in double precision: there are few classes, and a loss near zero, or a probability near one, keeps its digits. Examples are
/// computed in parallel.
/// </summary>
sealed unsafe class SoftmaxCrossEntropyVectorized(CpuDevice device) : ISoftmaxCrossEntropy
{
    const int ChunkLength = 256;

    public void Run(
        DeviceStream stream, int classes, int n, DeviceView logits, DeviceView labels, float scale, DeviceView losses, DeviceView hits,
        DeviceView dlogits, float smoothing, int ignored, DeviceView weights)
    {
        int step = Math.Max(1, ChunkLength / classes);
        var job = new ExampleJob(
            classes, n, step, logits.Pointer, labels.Integers, scale, losses.Pointer, hits.Pointer, dlogits.Pointer,
            new CrossEntropyRule(smoothing, weights.Pointer), ignored);
        device.Pool.Run((n + step - 1) / step, ref job);
    }

    readonly struct ExampleJob(
        int classes, int n, int step, float* logits, int* labels, float scale, float* losses, float* hits, float* dlogits, CrossEntropyRule rule, int ignored)
        : IJob
    {
        public void Execute(int index, int worker)
        {
            int end = Math.Min(n, (index + 1) * step);
            for (int i = index * step; i < end; i++)
            {
                float* dz = dlogits == null ? null : dlogits + (long)i * classes;
                if (labels[i] == ignored)
                {
                    (losses[i], hits[i]) = (0, 0);
                    if (dz != null) new Span<float>(dz, classes).Clear();
                    continue;
                }

                losses[i] = (float)rule.Compute(logits + (long)i * classes, classes, labels[i], scale, dz, out int largest);
                hits[i] = largest == labels[i] ? 1 : 0;
            }
        }
    }
}

/// <summary>The loss of one example in double precision.</summary>
/// <param name="smoothing">Share of the target that is spread over all classes.</param>
/// <param name="weights">One per class; null for 1 each.</param>
readonly unsafe struct CrossEntropyRule(double smoothing, float* weights)
{
    /// <param name="z">Logits.</param>
    /// <param name="classes">Classes.</param>
    /// <param name="label">The right one.</param>
    /// <param name="scale">Factor of the gradient.</param>
    /// <param name="dz">The gradient, overwritten; null where none is asked for; may be <paramref name="z"/>.</param>
    /// <param name="largest">The first of the largest logits.</param>
    public double Compute(float* z, int classes, int label, float scale, float* dz, out int largest)
    {
        largest = Largest(z, classes);
        float max = z[largest];
        double others = SumOfOthers(z, classes, largest), logSum = LogOnePlus(others);
        double own = (1 - smoothing) * Weight(label), spread = smoothing / classes;
        double loss = own * (logSum + ((double)max - z[label])), target = own;
        if (smoothing != 0)
        {
            for (int c = 0; c < classes; c++)
            {
                double q = spread * Weight(c);
                loss += q * (logSum + ((double)max - z[c]));
                target += q;
            }
        }

        if (dz == null) return loss;
        // The target may be z itself: each logit is read before its gradient is written.
        for (int c = 0; c < classes; c++)
        {
            double q = spread * Weight(c) + (c == label ? own : 0);
            double d = c == largest ? target - q - target * (others / (1 + others)) : target * (Math.Exp((double)z[c] - max) / (1 + others)) - q;
            dz[c] = (float)(d * scale);
        }

        return loss;
    }

    double Weight(int c) => weights == null ? 1 : weights[c];

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static int Largest(float* z, int classes)
    {
        int largest = 0;
        for (int c = 1; c < classes; c++)
        {
            if (z[c] > z[largest]) largest = c;
        }

        return largest;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static double SumOfOthers(float* z, int classes, int largest)
    {
        double sum = 0;
        for (int c = 0; c < classes; c++)
        {
            if (c != largest) sum += Math.Exp((double)z[c] - z[largest]);
        }

        return sum;
    }

    // .NET's LogP1 is the logarithm of a rounded 1 + x. Goldberg 1991: the error of that rounding is corrected.
    static double LogOnePlus(double x)
    {
        double sum = 1 + x;
        return sum == 1 ? x : Math.Log(sum) * (x / (sum - 1));
    }
}
