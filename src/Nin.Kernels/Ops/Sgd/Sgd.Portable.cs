using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>One thread a parameter.</summary>
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
                // What stands in the velocity before the first step is not read: it need not be a number.
                float v = step.IsFirst != 0 ? gradient : step.Momentum * velocity[i] + step.Added * gradient;
                velocity[i] = v;
                gradient = step.IsNesterov != 0 ? gradient + step.Momentum * v : v;
            }

            parameters[i] = parameter - step.Rate * gradient;
        }
    }
}
