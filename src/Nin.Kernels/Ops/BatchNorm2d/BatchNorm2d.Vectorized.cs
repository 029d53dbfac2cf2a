using System.Runtime.CompilerServices;

namespace Nin.Ops;

/// <summary>
/// <c>(x - mean) scale + beta</c> with <c>scale = gamma inverseDeviation</c>: in this form and not with the mean folded into the shift, which
/// cancels where a mean is large compared with its deviation. The gradient finds the ReLU's mask by the same three operations.
/// </summary>
readonly unsafe struct BatchNormAffine(float* mean, float* scale, float* beta)
{
    readonly float* mean = mean;
    readonly float* scale = scale;
    readonly float* beta = beta;

    /// <summary>The scale of each channel by running statistics.</summary>
    public static void Scales(in BatchNormParameters parameters, int channels, float* scale)
    {
        float* gamma = parameters.Gamma.Pointer;
        float* variance = parameters.RunningVariance.Pointer;
        for (int c = 0; c < channels; c++)
        {
            scale[c] = gamma[c] / MathF.Sqrt(variance[c] + parameters.Epsilon);
        }
    }

    /// <summary>The scale of each channel by the batch's statistics.</summary>
    public static void Scales(in BatchNormParameters parameters, float* inverseDeviation, int channels, float* scale)
    {
        float* gamma = parameters.Gamma.Pointer;
        for (int c = 0; c < channels; c++)
        {
            scale[c] = gamma[c] * inverseDeviation[c];
        }
    }

    /// <summary>What is done to the input of a convolution.</summary>
    /// <param name="input">Not none.</param>
    /// <param name="scale">Overwritten: the scale of each channel.</param>
    public static BatchNormAffine Of(in NormalizedInput input, float* scale)
    {
        if (input.IsRunning) Scales(input.Parameters, input.Sizes.Channels, scale);
        else Scales(input.Parameters, input.Deviation.Pointer, input.Sizes.Channels, scale);
        return new BatchNormAffine(input.Mean.Pointer, scale, input.Parameters.Beta.Pointer);
    }

    /// <summary>The deviation of inputs from their channel's mean.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Centre<TLanes, TExtent>(TLanes x, int c, TExtent extent)
        where TLanes : struct, ILanes<TLanes>
        where TExtent : struct, IExtent =>
        x - extent.Load<TLanes>(mean + c);

    /// <summary>The output, before a ReLU, of what <see cref="Centre"/> gave.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Output<TLanes, TExtent>(TLanes centred, int c, TExtent extent)
        where TLanes : struct, ILanes<TLanes>
        where TExtent : struct, IExtent =>
        TLanes.MulAdd(centred, extent.Load<TLanes>(scale + c), extent.Load<TLanes>(beta + c));

    /// <summary>The factor of <see cref="Centre"/>'s part of a gradient: gamma over the deviation.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Scale<TLanes, TExtent>(int c, TExtent extent)
        where TLanes : struct, ILanes<TLanes>
        where TExtent : struct, IExtent =>
        extent.Load<TLanes>(scale + c);
}

/// <summary><c>y = act((x - mean) scale + beta)</c>: the last pass of both forward directions.</summary>
readonly unsafe struct BatchNormNormalize(BatchNormAffine affine, bool relu, float* x, float* y) : IChannelwise
{
    readonly BatchNormAffine affine = affine;
    readonly bool relu = relu;
    readonly float* x = x;
    readonly float* y = y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Apply<TLanes, TExtent>(long at, int c, TExtent extent)
        where TLanes : struct, ILanes<TLanes>
        where TExtent : struct, IExtent
    {
        TLanes output = affine.Output(affine.Centre(extent.Load<TLanes>(x + at), c, extent), c, extent);
        extent.Store(y + at, relu ? TLanes.Max(TLanes.Zero, output) : output);
    }
}

/// <summary><c>y = max(floor, (x - mean) scale + beta + residual)</c>.</summary>
readonly unsafe struct BatchNormNormalizeSum(BatchNormAffine affine, float floor, float* x, float* residual, float* y) : IChannelwise
{
    readonly BatchNormAffine affine = affine;
    readonly float floor = floor;
    readonly float* x = x;
    readonly float* residual = residual;
    readonly float* y = y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Apply<TLanes, TExtent>(long at, int c, TExtent extent)
        where TLanes : struct, ILanes<TLanes>
        where TExtent : struct, IExtent
    {
        TLanes output = affine.Output(affine.Centre(extent.Load<TLanes>(x + at), c, extent), c, extent) + extent.Load<TLanes>(residual + at);
        extent.Store(y + at, TLanes.Max(TLanes.Broadcast(floor), output));
    }
}

/// <summary><c>y = act((x - mean) scale + beta)</c> with any activation.</summary>
readonly unsafe struct BatchNormActivate<TActivation>(BatchNormAffine affine, TActivation activation, float* x, float* y) : IChannelwise
    where TActivation : unmanaged, IActivation
{
    readonly BatchNormAffine affine = affine;
    readonly TActivation activation = activation;
    readonly float* x = x;
    readonly float* y = y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Apply<TLanes, TExtent>(long at, int c, TExtent extent)
        where TLanes : struct, ILanes<TLanes>
        where TExtent : struct, IExtent
    {
        TLanes output = affine.Output(affine.Centre(extent.Load<TLanes>(x + at), c, extent), c, extent);
        extent.Store(y + at, activation.Value(output));
    }
}

/// <summary>One pass over memory.</summary>
sealed unsafe class BatchNorm2dForwardInferenceVectorized(CpuDevice device) : IBatchNorm2dForwardInference
{
    public void Run(DeviceStream stream, in BatchNormSizes sizes, int n, DeviceView x, in BatchNormParameters parameters, bool relu, DeviceView y)
    {
        float* scale = stream.Scratch(sizes.Channels).Pointer;
        BatchNormAffine.Scales(parameters, sizes.Channels, scale);
        var affine = new BatchNormAffine(parameters.RunningMean.Pointer, scale, parameters.Beta.Pointer);
        var normalize = new BatchNormNormalize(affine, relu, x.Pointer, y.Pointer);
        ChannelwiseJob<BatchNormNormalize>.Run(device, (long)n * sizes.Pixels, sizes.Channels, normalize);
    }
}

/// <summary>Statistics of the leaves and of the batch, then one pass that normalises.</summary>
sealed unsafe class BatchNorm2dForwardTrainingVectorized(CpuDevice device) : IBatchNorm2dForwardTraining
{
    // Channels of one piece of the tree over leaves.
    const int TreeWidth = 64;

    public void Run(
        DeviceStream stream, in BatchNormSizes sizes, int n, DeviceView x, in BatchNormParameters parameters, bool relu,
        DeviceView y, DeviceView mean, DeviceView inverseDeviation, DeviceView residual, RankPass? ranks)
    {
        var affine = Statistics(stream, sizes, n, x, parameters, mean, inverseDeviation, ranks);
        if (y.IsNone) return;

        long pixels = (long)n * sizes.Pixels;
        bool past = PastExtent.Suits(device.Pool, y.Pointer, pixels, sizes.Channels);
        if (residual.IsNone)
        {
            ChannelwiseJob<BatchNormNormalize>.Run(device, pixels, sizes.Channels, new(affine, relu, x.Pointer, y.Pointer), past);
            return;
        }

        float floor = relu ? 0 : float.NegativeInfinity;
        ChannelwiseJob<BatchNormNormalizeSum>.Run(device, pixels, sizes.Channels, new(affine, floor, x.Pointer, residual.Pointer, y.Pointer), past);
    }

    public void Run<TActivation>(
        DeviceStream stream, in BatchNormSizes sizes, int n, DeviceView x, in BatchNormParameters parameters, TActivation activation,
        DeviceView y, DeviceView mean, DeviceView inverseDeviation, RankPass? ranks)
        where TActivation : unmanaged, IActivation
    {
        var affine = Statistics(stream, sizes, n, x, parameters, mean, inverseDeviation, ranks);
        if (y.IsNone) return;

        long pixels = (long)n * sizes.Pixels;
        ChannelwiseJob<BatchNormActivate<TActivation>>.Run(
            device, pixels, sizes.Channels, new(affine, activation, x.Pointer, y.Pointer),
            PastExtent.Suits(device.Pool, y.Pointer, pixels, sizes.Channels));
    }

    public DeviceView Apply(DeviceStream stream, int n, DeviceView x, in NormalizedInput input)
    {
        float* scale = stream.Scratch(input.Sizes.Channels).Pointer;
        var affine = BatchNormAffine.Of(input, scale);
        float* y = input.Memory.Pointer;
        long pixels = (long)n * input.Sizes.Pixels;
        if (input.Rectifier == Rectifier.Relu6) ChannelwiseJob<BatchNormActivate<Relu6>>.Run(device, pixels, input.Sizes.Channels, new(affine, default, x.Pointer, y));
        else ChannelwiseJob<BatchNormNormalize>.Run(device, pixels, input.Sizes.Channels, new(affine, input.Rectifier == Rectifier.Relu, x.Pointer, y));
        return input.Memory;
    }

    // The batch's, and the running ones; what they make of x.
    BatchNormAffine Statistics(
        DeviceStream stream, in BatchNormSizes sizes, int n, DeviceView x, in BatchNormParameters parameters, DeviceView mean,
        DeviceView inverseDeviation, RankPass? ranks)
    {
        int channels = sizes.Channels;
        int leaves = sizes.Tree.Leaves(n);
        // Statistics come first: they are doubles, and scratch begins aligned.
        float* scratch = stream.Scratch(LeafStatistics.Length(leaves, channels) + channels).Pointer;
        float* scale = scratch + LeafStatistics.Length(leaves, channels);
        var statistics = new LeafStatistics((double*)scratch, sizes, n);
        var blocks = new ChannelBlocks(channels, leaves, device.Threads);
        device.Run(leaves * blocks.Count, new LeafJob(statistics, x.Pointer, blocks));
        device.Run((channels + TreeWidth - 1) / TreeWidth, new CombineJob(statistics));
        if (ranks is not null) statistics.CombineRanks(ranks);
        long m = (long)(ranks?.Examples ?? n) * sizes.Pixels;
        device.Run(1, new BatchJob(statistics, m, parameters, mean.Pointer, inverseDeviation.Pointer, scale));
        return new BatchNormAffine(mean.Pointer, scale, parameters.Beta.Pointer);
    }

    readonly struct LeafJob(LeafStatistics statistics, float* x, ChannelBlocks blocks) : ILanesJob
    {
        public void Execute<TLanes>(int index, int worker)
            where TLanes : struct, ILanes<TLanes>
        {
            (int leaf, int block) = Math.DivRem(index, blocks.Count);
            statistics.Compute<TLanes>(x, leaf, blocks.First(block), blocks.End(block));
        }
    }

    readonly struct CombineJob(LeafStatistics statistics) : ILanesJob
    {
        public void Execute<TLanes>(int index, int worker)
            where TLanes : struct, ILanes<TLanes> =>
            statistics.Combine(index * TreeWidth, Math.Min((index + 1) * TreeWidth, statistics.Channels));
    }

    readonly struct BatchJob : ILanesJob
    {
        readonly LeafStatistics statistics;
        readonly long m;
        readonly float* gamma, runningMean, runningVariance, mean, inverseDeviation, scale;
        readonly float epsilon, momentum;

        public BatchJob(LeafStatistics statistics, long m, in BatchNormParameters parameters, float* mean, float* inverseDeviation, float* scale)
        {
            this.statistics = statistics;
            this.m = m;
            gamma = parameters.Gamma.Pointer;
            runningMean = parameters.RunningMean.Pointer;
            runningVariance = parameters.RunningVariance.Pointer;
            epsilon = parameters.Epsilon;
            momentum = parameters.Momentum;
            this.mean = mean;
            this.inverseDeviation = inverseDeviation;
            this.scale = scale;
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Execute<TLanes>(int index, int worker)
            where TLanes : struct, ILanes<TLanes>
        {
            for (int c = 0; c < statistics.Channels; c++)
            {
                double squares = statistics.Squares[c];
                mean[c] = (float)(statistics.Sums[c] / m);
                inverseDeviation[c] = (float)(1 / Math.Sqrt(squares / m + epsilon));
                scale[c] = gamma[c] * inverseDeviation[c];
                runningMean[c] += momentum * (mean[c] - runningMean[c]);
                // A single value has no unbiased variance: the old one stays.
                if (m > 1) runningVariance[c] += momentum * ((float)(squares / (m - 1)) - runningVariance[c]);
            }
        }
    }
}
