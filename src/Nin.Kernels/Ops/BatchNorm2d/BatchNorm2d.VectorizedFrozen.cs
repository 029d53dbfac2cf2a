using System.Runtime.CompilerServices;

namespace Nin.Ops;

/// <summary>One pass over memory: no sum over the batch, since no statistic depends on it.</summary>
sealed unsafe class BatchNorm2dFrozenBackwardVectorized(CpuDevice device) : IBatchNorm2dFrozenBackward
{
    public void Run(
        DeviceStream stream, in BatchNormSizes sizes, int n, DeviceView x, in BatchNormParameters parameters, bool relu, DeviceView dy,
        DeviceView dx, bool accumulate, in ResidualGradient residual)
    {
        float* scale = stream.Scratch(sizes.Channels).Pointer;
        BatchNormAffine.Scales(parameters, sizes.Channels, scale);
        var affine = new BatchNormAffine(parameters.RunningMean.Pointer, scale, parameters.Beta.Pointer);
        var job = new Job(device, (long)n * sizes.Pixels, sizes.Channels, x, dy, dx, accumulate, residual);
        if (!residual.Y.IsNone) job.Run(affine, new OutputMask(residual.Y.Pointer));
        else if (relu) job.Run(affine, new InputMask(affine));
        else job.Run(affine, default(NoMask));
    }

    public void Run<TActivation>(
        DeviceStream stream, in BatchNormSizes sizes, int n, DeviceView x, in BatchNormParameters parameters, TActivation activation, DeviceView dy,
        DeviceView dx)
        where TActivation : unmanaged, IActivation
    {
        float* scale = stream.Scratch(sizes.Channels).Pointer;
        BatchNormAffine.Scales(parameters, sizes.Channels, scale);
        var affine = new BatchNormAffine(parameters.RunningMean.Pointer, scale, parameters.Beta.Pointer);
        var job = new Job(device, (long)n * sizes.Pixels, sizes.Channels, x, dy, dx, accumulate: false, residual: default);
        job.Run(affine, new InputActivation<TActivation>(affine, activation));
    }

    readonly struct Job(
        CpuDevice device, long pixels, int channels, DeviceView x, DeviceView dy, DeviceView dx, bool accumulate, ResidualGradient residual)
    {
        public void Run<TOutput>(in BatchNormAffine affine, in TOutput output)
            where TOutput : struct, IOutputGradient =>
            ChannelwiseJob<Scale<TOutput>>.Run(
                device, pixels, channels,
                new(affine, output, x.Pointer, dy.Pointer, dx.Pointer, accumulate, residual.Gradient.Pointer, residual.Accumulate));
    }

    /// <summary><c>dx (+)= scale g</c>, and <c>dr (+)= g</c> where there is one.</summary>
    readonly struct Scale<TOutput>(
        BatchNormAffine affine, TOutput output, float* x, float* dy, float* dx, bool accumulate, float* dr, bool accumulateResidual) : IChannelwise
        where TOutput : struct, IOutputGradient
    {
        readonly BatchNormAffine affine = affine;
        readonly TOutput output = output;
        readonly float* x = x;
        readonly float* dy = dy;
        readonly float* dx = dx;
        readonly bool accumulate = accumulate;
        readonly float* dr = dr;
        readonly bool accumulateResidual = accumulateResidual;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply<TLanes, TExtent>(long at, int c, TExtent extent)
            where TLanes : struct, ILanes<TLanes>
            where TExtent : struct, IExtent
        {
            TLanes centred = TOutput.ReadsInput ? affine.Centre(extent.Load<TLanes>(x + at), c, extent) : TLanes.Zero;
            TLanes g = output.Of(extent.Load<TLanes>(dy + at), at, c, centred, extent);
            if (dr is not null) extent.Store(dr + at, accumulateResidual ? extent.Load<TLanes>(dr + at) + g : g);
            TLanes result = affine.Scale<TLanes, TExtent>(c, extent) * g;
            extent.Store(dx + at, accumulate ? extent.Load<TLanes>(dx + at) + result : result);
        }
    }
}
