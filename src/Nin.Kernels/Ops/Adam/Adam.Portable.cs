using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>One thread a parameter.</summary>
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
