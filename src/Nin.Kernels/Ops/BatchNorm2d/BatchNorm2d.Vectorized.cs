using System.Runtime.CompilerServices;

namespace Nin.Ops;

/// <summary>
/// <c>(x - mean) scale + beta</c> with <c>scale = gamma inverseDeviation</c>: in this form and not with the mean folded into the shift, which
/// cancels where a mean is large beside its deviation. The gradient finds the ReLU's mask by the same three operations.
/// </summary>
readonly unsafe struct BatchNormAffine(float* mean, float* scale, float* beta)
{
    readonly float* mean = mean;
    readonly float* scale = scale;
    readonly float* beta = beta;

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

    /// <summary>What stands before <see cref="Centre"/>'s part of a gradient: gamma over the deviation.</summary>
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

/// <summary>Statistics of the leaves and of the batch, then one pass that normalises.</summary>
sealed unsafe class BatchNorm2dForwardTrainingVectorized(CpuDevice device) : IBatchNorm2dForwardTraining
{
    // Channels of one piece of the tree over leaves.
    const int TreeWidth = 64;

    public void Run(
        DeviceStream stream, in BatchNormSizes sizes, int n, DeviceView x, in BatchNormParameters parameters, bool relu,
        DeviceView y, DeviceView mean, DeviceView inverseDeviation, DeviceView residual)
    {
        int channels = sizes.Channels;
        int leaves = sizes.Tree.Leaves(n);
        // Statistics come first: they are doubles, and scratch begins aligned.
        float* scratch = stream.Scratch(LeafStatistics.Length(leaves, channels) + channels).Pointer;
        float* scale = scratch + LeafStatistics.Length(leaves, channels);
        var statistics = new LeafStatistics((double*)scratch, sizes, n);
        var blocks = new ChannelBlocks(channels, leaves, device.Threads);
        device.Run(leaves * blocks.Count, new LeafJob(statistics, x.Pointer, blocks));
        device.Run(
            (channels + TreeWidth - 1) / TreeWidth, new BatchJob(statistics, parameters, mean.Pointer, inverseDeviation.Pointer, scale));

        var affine = new BatchNormAffine(mean.Pointer, scale, parameters.Beta.Pointer);
        long pixels = (long)n * sizes.Pixels;
        if (residual.IsNone)
        {
            ChannelwiseJob<BatchNormNormalize>.Run(device, pixels, channels, new(affine, relu, x.Pointer, y.Pointer));
            return;
        }

        float floor = relu ? 0 : float.NegativeInfinity;
        ChannelwiseJob<BatchNormNormalizeSum>.Run(device, pixels, channels, new(affine, floor, x.Pointer, residual.Pointer, y.Pointer));
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

    readonly struct BatchJob : ILanesJob
    {
        readonly LeafStatistics statistics;
        readonly float* gamma, runningMean, runningVariance, mean, inverseDeviation, scale;
        readonly float epsilon, momentum;

        public BatchJob(LeafStatistics statistics, in BatchNormParameters parameters, float* mean, float* inverseDeviation, float* scale)
        {
            this.statistics = statistics;
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
            int c0 = index * TreeWidth, c1 = Math.Min(c0 + TreeWidth, statistics.Channels);
            statistics.Combine(c0, c1);
            long m = statistics.Pixels;
            for (int c = c0; c < c1; c++)
            {
                double squares = statistics.Squares[c];
                mean[c] = (float)(statistics.Sums[c] / m);
                inverseDeviation[c] = (float)(1 / Math.Sqrt(squares / m + epsilon));
                scale[c] = gamma[c] * inverseDeviation[c];
                runningMean[c] += momentum * (mean[c] - runningMean[c]);
                // Of a single value there is no unbiased variance: the old one stays.
                if (m > 1) runningVariance[c] += momentum * ((float)(squares / (m - 1)) - runningVariance[c]);
            }
        }
    }
}

/// <summary>One pass for both sums, leaves side by side; their tree; one pass for the gradient of the input.</summary>
sealed unsafe class BatchNorm2dBackwardVectorized(CpuDevice device) : IBatchNorm2dBackward
{
    public void Run(
        DeviceStream stream, in BatchNormSizes sizes, int n, DeviceView x, in BatchNormParameters parameters, DeviceView mean,
        DeviceView inverseDeviation, bool relu, DeviceView dy, DeviceView dx, DeviceView dgamma, DeviceView dbeta,
        bool accumulateData, bool accumulateGamma, bool accumulateBeta, in ResidualGradient residual)
    {
        int channels = sizes.Channels;
        int leaves = sizes.Tree.Leaves(n);
        float* scale = stream.Scratch((1 + 2L * leaves) * channels).Pointer;
        float* sums = scale + channels;
        float* gamma = parameters.Gamma.Pointer;
        float* inverse = inverseDeviation.Pointer;
        for (int c = 0; c < channels; c++)
        {
            scale[c] = gamma[c] * inverse[c];
        }

        var affine = new BatchNormAffine(mean.Pointer, scale, parameters.Beta.Pointer);
        var batch = new BatchJob(sums, leaves, channels, (long)n * sizes.Pixels, dgamma.Pointer, dbeta.Pointer, accumulateGamma, accumulateBeta);
        if (residual.Y.IsNone)
        {
            var gradient = new Gradient(affine, inverse, relu, x.Pointer, dy.Pointer);
            Run(gradient, sizes, n, batch, dx.Pointer, accumulateData, residual);
        }
        else
        {
            var gradient = new MaskedGradient(affine, inverse, residual.Y.Pointer, x.Pointer, dy.Pointer);
            Run(gradient, sizes, n, batch, dx.Pointer, accumulateData, residual);
        }
    }

    void Run<TGradient>(
        in TGradient gradient, in BatchNormSizes sizes, int n, in BatchJob batch, float* dx, bool accumulate, in ResidualGradient residual)
        where TGradient : struct, IGradient
    {
        int channels = sizes.Channels;
        var blocks = new ChannelBlocks(channels, batch.Leaves, device.Threads);
        device.Run(batch.Leaves * blocks.Count, new LeafJob<TGradient>(gradient, sizes, n, blocks, batch.Sums));
        device.Run(1, batch);
        if (dx is null) return;

        long pixels = (long)n * sizes.Pixels;
        var spread = new Spread<TGradient>(gradient, batch.Sums, batch.Sums + channels, dx, accumulate);
        if (residual.Gradient.IsNone) ChannelwiseJob<Spread<TGradient>>.Run(device, pixels, channels, spread);
        else ChannelwiseJob<SpreadBoth<TGradient>>.Run(device, pixels, channels, new(spread, residual.Gradient.Pointer, residual.Accumulate));
    }

    /// <summary>The gradient before the ReLU, <c>g</c>, and the normalised input <c>v</c>; summed, <c>g</c> and <c>g v</c>.</summary>
    interface IGradient : IChannelTerm
    {
        /// <summary><c>g</c>, and <c>v</c>.</summary>
        TLanes Load<TLanes, TExtent>(long at, int c, TExtent extent, out TLanes v)
            where TLanes : struct, ILanes<TLanes>
            where TExtent : struct, IExtent;

        /// <summary>Gamma over the deviation.</summary>
        TLanes Scale<TLanes, TExtent>(int c, TExtent extent)
            where TLanes : struct, ILanes<TLanes>
            where TExtent : struct, IExtent;
    }

    /// <summary>The mask of the ReLU, where there is one, comes from the input.</summary>
    readonly struct Gradient(BatchNormAffine affine, float* inverseDeviation, bool relu, float* x, float* dy) : IGradient
    {
        readonly BatchNormAffine affine = affine;
        readonly float* inverseDeviation = inverseDeviation;
        readonly bool relu = relu;
        readonly float* x = x;
        readonly float* dy = dy;

        public static bool HasSecond => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add<TLanes, TExtent>(long at, int c, TExtent extent, ref TLanes first, ref TLanes second)
            where TLanes : struct, ILanes<TLanes>
            where TExtent : struct, IExtent
        {
            TLanes g = Load(at, c, extent, out TLanes v);
            first += g;
            second = TLanes.MulAdd(g, v, second);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Load<TLanes, TExtent>(long at, int c, TExtent extent, out TLanes v)
            where TLanes : struct, ILanes<TLanes>
            where TExtent : struct, IExtent
        {
            TLanes centred = affine.Centre(extent.Load<TLanes>(x + at), c, extent);
            v = centred * extent.Load<TLanes>(inverseDeviation + c);
            TLanes g = extent.Load<TLanes>(dy + at);
            return relu ? TLanes.GreaterThan(affine.Output(centred, c, extent), TLanes.Zero) & g : g;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Scale<TLanes, TExtent>(int c, TExtent extent)
            where TLanes : struct, ILanes<TLanes>
            where TExtent : struct, IExtent =>
            affine.Scale<TLanes, TExtent>(c, extent);
    }

    /// <summary>The mask comes from the output.</summary>
    readonly struct MaskedGradient(BatchNormAffine affine, float* inverseDeviation, float* y, float* x, float* dy) : IGradient
    {
        readonly BatchNormAffine affine = affine;
        readonly float* inverseDeviation = inverseDeviation;
        readonly float* y = y;
        readonly float* x = x;
        readonly float* dy = dy;

        public static bool HasSecond => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add<TLanes, TExtent>(long at, int c, TExtent extent, ref TLanes first, ref TLanes second)
            where TLanes : struct, ILanes<TLanes>
            where TExtent : struct, IExtent
        {
            TLanes g = Load(at, c, extent, out TLanes v);
            first += g;
            second = TLanes.MulAdd(g, v, second);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Load<TLanes, TExtent>(long at, int c, TExtent extent, out TLanes v)
            where TLanes : struct, ILanes<TLanes>
            where TExtent : struct, IExtent
        {
            v = affine.Centre(extent.Load<TLanes>(x + at), c, extent) * extent.Load<TLanes>(inverseDeviation + c);
            return TLanes.GreaterThan(extent.Load<TLanes>(y + at), TLanes.Zero) & extent.Load<TLanes>(dy + at);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Scale<TLanes, TExtent>(int c, TExtent extent)
            where TLanes : struct, ILanes<TLanes>
            where TExtent : struct, IExtent =>
            affine.Scale<TLanes, TExtent>(c, extent);
    }

    /// <summary><c>dx (+)= scale (g - mean of g - v mean of g v)</c></summary>
    readonly struct Spread<TGradient>(TGradient gradient, float* meanOfG, float* meanOfGV, float* dx, bool accumulate) : IChannelwise
        where TGradient : struct, IGradient
    {
        readonly TGradient gradient = gradient;
        readonly float* meanOfG = meanOfG;
        readonly float* meanOfGV = meanOfGV;
        readonly float* dx = dx;
        readonly bool accumulate = accumulate;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply<TLanes, TExtent>(long at, int c, TExtent extent)
            where TLanes : struct, ILanes<TLanes>
            where TExtent : struct, IExtent =>
            Write<TLanes, TExtent>(at, c, extent);

        /// <summary>Returns <c>g</c>.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Write<TLanes, TExtent>(long at, int c, TExtent extent)
            where TLanes : struct, ILanes<TLanes>
            where TExtent : struct, IExtent
        {
            TLanes g = gradient.Load(at, c, extent, out TLanes v);
            TLanes centred = TLanes.MulAdd(-v, extent.Load<TLanes>(meanOfGV + c), g - extent.Load<TLanes>(meanOfG + c));
            TLanes result = gradient.Scale<TLanes, TExtent>(c, extent) * centred;
            extent.Store(dx + at, accumulate ? extent.Load<TLanes>(dx + at) + result : result);
            return g;
        }
    }

    /// <summary>The same, and <c>dr (+)= g</c></summary>
    readonly struct SpreadBoth<TGradient>(Spread<TGradient> spread, float* dr, bool accumulate) : IChannelwise
        where TGradient : struct, IGradient
    {
        readonly Spread<TGradient> spread = spread;
        readonly float* dr = dr;
        readonly bool accumulate = accumulate;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply<TLanes, TExtent>(long at, int c, TExtent extent)
            where TLanes : struct, ILanes<TLanes>
            where TExtent : struct, IExtent
        {
            TLanes g = spread.Write<TLanes, TExtent>(at, c, extent);
            extent.Store(dr + at, accumulate ? extent.Load<TLanes>(dr + at) + g : g);
        }
    }

    readonly struct LeafJob<TGradient>(TGradient gradient, BatchNormSizes sizes, int n, ChannelBlocks blocks, float* sums) : ILanesJob
        where TGradient : struct, IGradient
    {
        public void Execute<TLanes>(int index, int worker)
            where TLanes : struct, ILanes<TLanes>
        {
            (int leaf, int block) = Math.DivRem(index, blocks.Count);
            long first = sizes.Tree.FirstPixel(leaf, n);
            int rows = (int)(sizes.Tree.FirstPixel(leaf + 1, n) - first);
            float* own = sums + 2L * leaf * sizes.Channels;
            ChannelSums.Compute<TLanes, TGradient>(
                gradient, first, rows, sizes.Channels, blocks.First(block), blocks.End(block), own, own + sizes.Channels);
        }
    }

    /// <summary>The tree over the leaves; the sums go to the gradients of the weights, and become means in place.</summary>
    readonly struct BatchJob(
        float* sums, int leaves, int channels, long m, float* dgamma, float* dbeta, bool accumulateGamma, bool accumulateBeta) : ILanesJob
    {
        public float* Sums => sums;

        public int Leaves => leaves;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Execute<TLanes>(int index, int worker)
            where TLanes : struct, ILanes<TLanes>
        {
            SliceTree.Sum<TLanes>(sums, 2 * channels, leaves, 2 * channels);
            float* second = sums + channels;
            for (int c = 0; c < channels; c++)
            {
                dbeta[c] = accumulateBeta ? dbeta[c] + sums[c] : sums[c];
                dgamma[c] = accumulateGamma ? dgamma[c] + second[c] : second[c];
                sums[c] /= m;
                second[c] /= m;
            }
        }
    }
}
