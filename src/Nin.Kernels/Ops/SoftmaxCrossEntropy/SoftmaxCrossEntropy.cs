using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>
/// Per example <c>loss = log(sum exp(z)) - z[label]</c>, stable for large logits, whether the label's logit is the (first) largest, and the
/// gradient <c>(softmax(z) - onehot) scale</c>. With smoothing <c>s</c> the target <c>onehot</c> becomes <c>(1 - s) onehot + s / classes</c>.
/// </summary>
interface ISoftmaxCrossEntropy : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="classes">Classes.</param>
    /// <param name="n">Examples.</param>
    /// <param name="logits"><c>[n, classes]</c>.</param>
    /// <param name="labels"><c>[n]</c> 32-bit integers in 0..classes-1 (checked before they come here).</param>
    /// <param name="scale">Factor of the gradient: one over the number of examples for a mean loss.</param>
    /// <param name="losses"><c>[n]</c>, overwritten.</param>
    /// <param name="hits"><c>[n]</c>, overwritten: 1 where the prediction is right, else 0.</param>
    /// <param name="dlogits"><c>[n, classes]</c>, overwritten; none where no gradient is asked for; may be <paramref name="logits"/> itself.</param>
    /// <param name="smoothing">Share of the target that is spread over all classes.</param>
    void Run(
        DeviceStream stream, int classes, int n, DeviceView logits, DeviceView labels, float scale, DeviceView losses, DeviceView hits,
        DeviceView dlogits, float smoothing = 0);
}

/// <summary>What the kernel of the loss reads besides its arrays.</summary>
/// <param name="Classes">Classes.</param>
/// <param name="Examples">Examples.</param>
/// <param name="Scale">Factor of the gradient.</param>
/// <param name="HasGradient">1 where a gradient is asked for.</param>
/// <param name="Smoothing">Share of the target that is spread over all classes.</param>
readonly record struct SoftmaxCrossEntropySizes(int Classes, int Examples, float Scale, int HasGradient, float Smoothing);

/// <summary>One thread per example.</summary>
sealed class SoftmaxCrossEntropyPortable(AcceleratorDevice device) : ISoftmaxCrossEntropy
{
    readonly Action<
        DeviceStream, KernelConfig, SoftmaxCrossEntropySizes, ArrayView<float>, ArrayView<int>, ArrayView<float>, ArrayView<float>,
        ArrayView<float>> launch =
        device.Load<
            SoftmaxCrossEntropySizes, ArrayView<float>, ArrayView<int>, ArrayView<float>, ArrayView<float>, ArrayView<float>>(Kernel);

    public void Run(
        DeviceStream stream, int classes, int n, DeviceView logits, DeviceView labels, float scale, DeviceView losses, DeviceView hits,
        DeviceView dlogits, float smoothing)
    {
        var sizes = new SoftmaxCrossEntropySizes(classes, n, scale, dlogits.IsNone ? 0 : 1, smoothing);
        launch(
            stream, device.Over(n), sizes, logits.Array, labels.IntegerArray, losses.Array, hits.Array, (dlogits.IsNone ? losses : dlogits).Array);
    }

    static void Kernel(
        SoftmaxCrossEntropySizes sizes, ArrayView<float> logits, ArrayView<int> labels, ArrayView<float> losses, ArrayView<float> hits,
        ArrayView<float> dlogits)
    {
        for (long i = PortableThread.Index; i < sizes.Examples; i += PortableThread.Stride)
        {
            long first = i * sizes.Classes;
            int label = labels[i];
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

            // The largest logit is subtracted before the exponentials, so that none overflows and the largest is 1.
            float sum = 0;
            for (int c = 0; c < sizes.Classes; c++) sum += XMath.Exp(logits[first + c] - max);
            float loss = XMath.Log(sum) - (logits[first + label] - max);
            float off = sizes.Smoothing / sizes.Classes, on = 1 - sizes.Smoothing + off;
            if (sizes.Smoothing != 0)
            {
                float total = 0;
                for (int c = 0; c < sizes.Classes; c++) total += logits[first + label] - logits[first + c];
                loss += off * total;
            }

            losses[i] = loss;
            // Float constants: ILGPU 1.5.3 stores the bits of an integer choice on OpenCL.
            hits[i] = best == label ? 1f : 0f;
            if (sizes.HasGradient != 0)
            {
                for (int c = 0; c < sizes.Classes; c++)
                {
                    float softmax = XMath.Exp(logits[first + c] - max) / sum;
                    dlogits[first + c] = (softmax - (c == label ? on : off)) * sizes.Scale;
                }
            }
        }
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
        DeviceView dlogits, float smoothing)
    {
        int step = Math.Max(1, ChunkLength / classes);
        var job = new ExampleJob(classes, n, step, logits.Pointer, labels.Integers, scale, losses.Pointer, hits.Pointer, dlogits.Pointer, smoothing);
        device.Pool.Run((n + step - 1) / step, ref job);
    }

    readonly struct ExampleJob(
        int classes, int n, int step, float* logits, int* labels, float scale, float* losses, float* hits, float* dlogits, double smoothing) : IJob
    {
        public void Execute(int index, int worker)
        {
            int end = Math.Min(n, (index + 1) * step);
            for (int i = index * step; i < end; i++)
            {
                float* z = logits + (long)i * classes;
                int largest = Largest(z);
                double sum = SumOfExponentials(z, z[largest]);
                double loss = Math.Log(sum) - ((double)z[labels[i]] - z[largest]);
                if (smoothing != 0) loss += smoothing / classes * SumOfDistances(z, z[labels[i]]);
                losses[i] = (float)loss;
                hits[i] = largest == labels[i] ? 1 : 0;
                if (dlogits != null) Gradient(z, z[largest], sum, labels[i], dlogits + (long)i * classes);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        int Largest(float* z)
        {
            int largest = 0;
            for (int c = 1; c < classes; c++)
            {
                if (z[c] > z[largest]) largest = c;
            }

            return largest;
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        double SumOfExponentials(float* z, float max)
        {
            double sum = 0;
            for (int c = 0; c < classes; c++)
            {
                sum += Math.Exp((double)z[c] - max);
            }

            return sum;
        }

        double SumOfDistances(float* z, float label)
        {
            double sum = 0;
            for (int c = 0; c < classes; c++) sum += (double)label - z[c];
            return sum;
        }

        // The target may be z itself: each logit is read before its gradient is written.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        void Gradient(float* z, float max, double sum, int label, float* dz)
        {
            double off = smoothing / classes, on = 1 - smoothing + off;
            for (int c = 0; c < classes; c++)
            {
                double probability = Math.Exp((double)z[c] - max) / sum;
                dz[c] = (float)((probability - (c == label ? on : off)) * scale);
            }
        }
    }
}
