using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>One thread an example.</summary>
sealed class SoftmaxCrossEntropyPortable(AcceleratorDevice device) : ISoftmaxCrossEntropy
{
    readonly Action<
        DeviceStream, KernelConfig, SoftmaxCrossEntropySizes, ArrayView<float>, ArrayView<int>, ArrayView<float>, ArrayView<float>,
        ArrayView<float>> launch =
        device.Load<
            SoftmaxCrossEntropySizes, ArrayView<float>, ArrayView<int>, ArrayView<float>, ArrayView<float>, ArrayView<float>>(Kernel);

    public void Run(
        DeviceStream stream, int classes, int n, DeviceView logits, DeviceView labels, float scale, DeviceView losses, DeviceView hits,
        DeviceView dlogits)
    {
        var sizes = new SoftmaxCrossEntropySizes(classes, n, scale, dlogits.IsNone ? 0 : 1);
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

            // The largest logit is taken off before the exponentials, so that none overflows and one is 1.
            float sum = 0;
            for (int c = 0; c < sizes.Classes; c++) sum += XMath.Exp(logits[first + c] - max);
            losses[i] = XMath.Log(sum) - (logits[first + label] - max);
            // Float constants: ILGPU 1.5.3 stores the bits of an integer choice on OpenCL.
            hits[i] = best == label ? 1f : 0f;
            if (sizes.HasGradient != 0)
            {
                for (int c = 0; c < sizes.Classes; c++)
                {
                    float softmax = XMath.Exp(logits[first + c] - max) / sum;
                    dlogits[first + c] = (c == label ? softmax - 1 : softmax) * sizes.Scale;
                }
            }
        }
    }
}
