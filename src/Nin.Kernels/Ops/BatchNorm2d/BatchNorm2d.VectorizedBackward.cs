using System.Runtime.CompilerServices;

namespace Nin.Ops;

/// <summary>One pass for both sums, leaves side by side; their tree; one pass for the gradient of the input.</summary>
sealed unsafe class BatchNorm2dBackwardVectorized(CpuDevice device) : IBatchNorm2dBackward
{
    public void Run(
        DeviceStream stream, in BatchNormSizes sizes, int n, DeviceView x, in BatchNormParameters parameters, DeviceView mean,
        DeviceView inverseDeviation, bool relu, DeviceView dy, DeviceView dx, DeviceView dgamma, DeviceView dbeta,
        bool accumulateData, bool accumulateGamma, bool accumulateBeta, in ResidualGradient residual, RankPass? ranks)
    {
        var affine = Affine(stream, sizes, n, parameters, mean, inverseDeviation, out float* sums);
        var batch = new BatchJob(sums, sizes, n, ranks, dgamma.Pointer, dbeta.Pointer, accumulateGamma, accumulateBeta);
        if (!residual.Y.IsNone) Run(Of(new OutputMask(residual.Y.Pointer)), sizes, n, batch, dx.Pointer, accumulateData, residual);
        else if (relu) Run(Of(new InputMask(affine)), sizes, n, batch, dx.Pointer, accumulateData, residual);
        else Run(Of(default(NoMask)), sizes, n, batch, dx.Pointer, accumulateData, residual);

        Gradient<TOutput> Of<TOutput>(in TOutput output)
            where TOutput : struct, IOutputGradient => new(affine, output, inverseDeviation.Pointer, x.Pointer, dy.Pointer);
    }

    public void Run<TActivation>(
        DeviceStream stream, in BatchNormSizes sizes, int n, DeviceView x, in BatchNormParameters parameters, DeviceView mean,
        DeviceView inverseDeviation, TActivation activation, DeviceView dy, DeviceView dx, DeviceView dgamma, DeviceView dbeta,
        bool accumulateGamma, bool accumulateBeta, RankPass? ranks)
        where TActivation : unmanaged, IActivation
    {
        var affine = Affine(stream, sizes, n, parameters, mean, inverseDeviation, out float* sums);
        var batch = new BatchJob(sums, sizes, n, ranks, dgamma.Pointer, dbeta.Pointer, accumulateGamma, accumulateBeta);
        var gradient = new Gradient<InputActivation<TActivation>>(affine, new(affine, activation), inverseDeviation.Pointer, x.Pointer, dy.Pointer);
        Run(gradient, sizes, n, batch, dx.Pointer, accumulate: false, residual: default);
    }

    // The factors of the batch's normalisation, and scratch for the sums of all leaves.
    static BatchNormAffine Affine(
        DeviceStream stream, in BatchNormSizes sizes, int n, in BatchNormParameters parameters, DeviceView mean, DeviceView inverseDeviation,
        out float* sums)
    {
        int channels = sizes.Channels;
        float* scale = stream.Scratch((1 + 2L * sizes.Tree.Leaves(n)) * channels).Pointer;
        BatchNormAffine.Scales(parameters, inverseDeviation.Pointer, channels, scale);
        sums = scale + channels;
        return new BatchNormAffine(mean.Pointer, scale, parameters.Beta.Pointer);
    }

    void Run<TOutput>(
        in Gradient<TOutput> gradient, in BatchNormSizes sizes, int n, in BatchJob batch, float* dx, bool accumulate, in ResidualGradient residual)
        where TOutput : struct, IOutputGradient
    {
        int channels = sizes.Channels;
        var blocks = new ChannelBlocks(channels, batch.Leaves, device.Threads);
        device.Run(batch.Leaves * blocks.Count, new LeafJob<TOutput>(gradient, sizes, n, blocks, batch.Sums));
        device.Run(1, batch);
        if (dx is null) return;

        long pixels = (long)n * sizes.Pixels;
        var spread = new Spread<TOutput>(gradient, batch.Sums, batch.Sums + channels, dx, accumulate);
        if (residual.Gradient.IsNone) ChannelwiseJob<Spread<TOutput>>.Run(device, pixels, channels, spread);
        else ChannelwiseJob<SpreadBoth<TOutput>>.Run(device, pixels, channels, new(spread, residual.Gradient.Pointer, residual.Accumulate));
    }

    /// <summary>The gradient of the normalisation's output, <c>g</c>, and the normalised input <c>v</c>; summed, <c>g</c> and <c>g v</c>.</summary>
    readonly struct Gradient<TOutput>(BatchNormAffine affine, TOutput output, float* inverseDeviation, float* x, float* dy) : IChannelTerm
        where TOutput : struct, IOutputGradient
    {
        readonly BatchNormAffine affine = affine;
        readonly TOutput output = output;
        readonly float* inverseDeviation = inverseDeviation;
        readonly float* x = x;
        readonly float* dy = dy;

        public static bool HasSecond => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Prefetch(long at)
        {
            ReadAhead.Line(x + at);
            ReadAhead.Line(dy + at);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add<TLanes, TExtent>(long at, int c, TExtent extent, ref TLanes first, ref TLanes second)
            where TLanes : struct, ILanes<TLanes>
            where TExtent : struct, IExtent
        {
            TLanes g = Load(at, c, extent, out TLanes v);
            first += g;
            second = TLanes.MulAdd(g, v, second);
        }

        /// <summary><c>g</c>, and <c>v</c>.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Load<TLanes, TExtent>(long at, int c, TExtent extent, out TLanes v)
            where TLanes : struct, ILanes<TLanes>
            where TExtent : struct, IExtent
        {
            TLanes centred = affine.Centre(extent.Load<TLanes>(x + at), c, extent);
            v = centred * extent.Load<TLanes>(inverseDeviation + c);
            return output.Of(extent.Load<TLanes>(dy + at), at, c, centred, extent);
        }

        /// <summary>Gamma over the deviation.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Scale<TLanes, TExtent>(int c, TExtent extent)
            where TLanes : struct, ILanes<TLanes>
            where TExtent : struct, IExtent =>
            affine.Scale<TLanes, TExtent>(c, extent);
    }

    /// <summary><c>dx (+)= scale (g - mean of g - v mean of g v)</c></summary>
    readonly struct Spread<TOutput>(Gradient<TOutput> gradient, float* meanOfG, float* meanOfGV, float* dx, bool accumulate) : IChannelwise
        where TOutput : struct, IOutputGradient
    {
        readonly Gradient<TOutput> gradient = gradient;
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
    readonly struct SpreadBoth<TOutput>(Spread<TOutput> spread, float* dr, bool accumulate) : IChannelwise
        where TOutput : struct, IOutputGradient
    {
        readonly Spread<TOutput> spread = spread;
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

    readonly struct LeafJob<TOutput>(Gradient<TOutput> gradient, BatchNormSizes sizes, int n, ChannelBlocks blocks, float* sums) : ILanesJob
        where TOutput : struct, IOutputGradient
    {
        public void Execute<TLanes>(int index, int worker)
            where TLanes : struct, ILanes<TLanes>
        {
            (int leaf, int block) = Math.DivRem(index, blocks.Count);
            long first = sizes.Tree.FirstPixel(leaf, n);
            int rows = (int)(sizes.Tree.FirstPixel(leaf + 1, n) - first);
            float* own = sums + 2L * leaf * sizes.Channels;
            ChannelSums.Compute<TLanes, Gradient<TOutput>>(
                gradient, first, rows, sizes.Channels, blocks.First(block), blocks.End(block), own, own + sizes.Channels);
        }
    }

    /// <summary>
    /// The tree over the leaves; the sums go to the gradients of the weights, and become means in place: over the parts of all ranks, where they
    /// normalise together.
    /// </summary>
    readonly struct BatchJob(
        float* sums, BatchNormSizes sizes, int n, RankPass? ranks, float* dgamma, float* dbeta, bool accumulateGamma, bool accumulateBeta) : ILanesJob
    {
        readonly int leaves = sizes.Tree.Leaves(n), channels = sizes.Channels;
        readonly long m = (long)(ranks?.Examples ?? n) * sizes.Pixels;

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
            }

            if (ranks is not null) AddOthers<TLanes>();
            for (int c = 0; c < channels; c++)
            {
                sums[c] /= m;
                second[c] /= m;
            }
        }

        // What counts nothing is -0, which changes no bit of a sum.
        void AddOthers<TLanes>()
            where TLanes : struct, ILanes<TLanes>
        {
            var own = new Span<float>(sums, 2 * channels);
            if (ranks!.IsEmpty) own.Fill(-0f);
            fixed (float* all = ranks.Gather<float>(own))
            {
                SliceTree.Sum<TLanes>(all, own.Length, ranks.Group.Count, own.Length);
                new Span<float>(all, own.Length).CopyTo(own);
            }
        }
    }
}
