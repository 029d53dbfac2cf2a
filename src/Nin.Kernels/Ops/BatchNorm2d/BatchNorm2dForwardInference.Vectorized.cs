using Nin.Vectorized;

namespace Nin.Ops;

/// <summary>One pass over memory.</summary>
sealed unsafe class BatchNorm2dForwardInferenceVectorized(CpuDevice device) : IBatchNorm2dForwardInference
{
    public void Run(DeviceStream stream, in BatchNormSizes sizes, int n, DeviceView x, in BatchNormParameters parameters, bool relu, DeviceView y)
    {
        float* scale = stream.Scratch(sizes.Channels).Pointer;
        float* gamma = parameters.Gamma.Pointer;
        float* variance = parameters.RunningVariance.Pointer;
        for (int c = 0; c < sizes.Channels; c++)
        {
            scale[c] = gamma[c] / MathF.Sqrt(variance[c] + parameters.Epsilon);
        }

        var affine = new BatchNormAffine(parameters.RunningMean.Pointer, scale, parameters.Beta.Pointer);
        var normalize = new BatchNormNormalize(affine, relu, x.Pointer, y.Pointer);
        ChannelwiseJob<BatchNormNormalize>.Run(device, (long)n * sizes.Pixels, sizes.Channels, normalize);
    }
}
