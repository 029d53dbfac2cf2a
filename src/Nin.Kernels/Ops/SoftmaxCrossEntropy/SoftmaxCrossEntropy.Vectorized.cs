using System.Runtime.CompilerServices;
using Nin.Vectorized;

namespace Nin.Ops;

/// <summary>
/// Scalar, in double precision: there are few classes, and a loss near zero, or a probability near one, keeps its digits. Examples are
/// taken side by side.
/// </summary>
sealed unsafe class SoftmaxCrossEntropyVectorized(CpuDevice device) : ISoftmaxCrossEntropy
{
    const int ChunkLength = 256;

    public void Run(
        DeviceStream stream, int classes, int n, DeviceView logits, DeviceView labels, float scale, DeviceView losses, DeviceView hits,
        DeviceView dlogits)
    {
        int step = Math.Max(1, ChunkLength / classes);
        var job = new ExampleJob(classes, n, step, logits.Pointer, labels.Integers, scale, losses.Pointer, hits.Pointer, dlogits.Pointer);
        device.Pool.Run((n + step - 1) / step, ref job);
    }

    readonly struct ExampleJob(
        int classes, int n, int step, float* logits, int* labels, float scale, float* losses, float* hits, float* dlogits) : IJob
    {
        public void Execute(int index, int worker)
        {
            int end = Math.Min(n, (index + 1) * step);
            for (int i = index * step; i < end; i++)
            {
                float* z = logits + (long)i * classes;
                int largest = Largest(z);
                double sum = SumOfExponentials(z, z[largest]);
                losses[i] = (float)(Math.Log(sum) - ((double)z[labels[i]] - z[largest]));
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

        // The target may be z itself: each logit is read before its gradient is written.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        void Gradient(float* z, float max, double sum, int label, float* dz)
        {
            for (int c = 0; c < classes; c++)
            {
                double probability = Math.Exp((double)z[c] - max) / sum;
                dz[c] = (float)((c == label ? probability - 1 : probability) * scale);
            }
        }
    }
}
