using System.Runtime.CompilerServices;

namespace Nin.Ops;

/// <summary>One pass for both sums, slices side by side; their tree; one pass for the gradient of the input.</summary>
sealed unsafe class BatchNorm2dBackwardVectorized(CpuDevice device) : IBatchNorm2dBackward
{
    public void Run(
        DeviceStream stream, in BatchNormSizes sizes, int n, DeviceView x, in BatchNormParameters parameters, DeviceView mean,
        DeviceView inverseDeviation, bool relu, DeviceView dy, DeviceView dx, DeviceView dgamma, DeviceView dbeta,
        bool accumulateData, bool accumulateWeights)
    {
        int channels = sizes.Channels;
        int slices = Slices.Count(n);
        float* scale = stream.Scratch((1 + 2L * slices) * channels).Pointer;
        float* sums = scale + channels;
        float* gamma = parameters.Gamma.Pointer;
        float* inverse = inverseDeviation.Pointer;
        for (int c = 0; c < channels; c++)
        {
            scale[c] = gamma[c] * inverse[c];
        }

        var affine = new BatchNormAffine(mean.Pointer, scale, parameters.Beta.Pointer);
        var gradient = new Gradient(affine, inverse, relu, x.Pointer, dy.Pointer);
        var blocks = new ChannelBlocks(channels, slices, device.Threads);
        device.Run(slices * blocks.Count, new SliceJob(gradient, sizes, n, blocks, sums));
        device.Run(1, new BatchJob(sums, slices, channels, (long)n * sizes.Pixels, dgamma.Pointer, dbeta.Pointer, accumulateWeights));
        if (dx.IsNone) return;

        var spread = new Spread(gradient, sums, sums + channels, dx.Pointer, accumulateData);
        ChannelwiseJob<Spread>.Run(device, (long)n * sizes.Pixels, channels, spread);
    }

    /// <summary>The gradient behind the ReLU <c>g</c> and the normalised input <c>v</c>; summed, <c>g</c> and <c>g v</c>.</summary>
    readonly struct Gradient(BatchNormAffine affine, float* inverseDeviation, bool relu, float* x, float* dy) : IChannelTerm
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

    /// <summary><c>dx (+)= scale (g - mean of g - v mean of g v)</c></summary>
    readonly struct Spread(Gradient gradient, float* meanOfG, float* meanOfGV, float* dx, bool accumulate) : IChannelwise
    {
        readonly Gradient gradient = gradient;
        readonly float* meanOfG = meanOfG;
        readonly float* meanOfGV = meanOfGV;
        readonly float* dx = dx;
        readonly bool accumulate = accumulate;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply<TLanes, TExtent>(long at, int c, TExtent extent)
            where TLanes : struct, ILanes<TLanes>
            where TExtent : struct, IExtent
        {
            TLanes g = gradient.Load(at, c, extent, out TLanes v);
            TLanes centred = TLanes.MulAdd(-v, extent.Load<TLanes>(meanOfGV + c), g - extent.Load<TLanes>(meanOfG + c));
            TLanes result = gradient.Scale<TLanes, TExtent>(c, extent) * centred;
            extent.Store(dx + at, accumulate ? extent.Load<TLanes>(dx + at) + result : result);
        }
    }

    readonly struct SliceJob(Gradient gradient, BatchNormSizes sizes, int n, ChannelBlocks blocks, float* sums) : ILanesJob
    {
        public void Execute<TLanes>(int index, int worker)
            where TLanes : struct, ILanes<TLanes>
        {
            (int slice, int block) = Math.DivRem(index, blocks.Count);
            int first = slice * Slices.Examples;
            int rows = Math.Min(Slices.Examples, n - first) * sizes.Pixels;
            float* own = sums + 2L * slice * sizes.Channels;
            ChannelSums.Compute<TLanes, Gradient>(
                gradient, (long)first * sizes.Pixels, rows, sizes.Channels, blocks.First(block), blocks.End(block), own, own + sizes.Channels);
        }
    }

    /// <summary>The tree over the slices; the sums go to the gradients of the weights, and become means in place.</summary>
    readonly struct BatchJob(float* sums, int slices, int channels, long m, float* dgamma, float* dbeta, bool accumulate) : ILanesJob
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Execute<TLanes>(int index, int worker)
            where TLanes : struct, ILanes<TLanes>
        {
            SliceTree.Sum<TLanes>(sums, 2 * channels, slices, 2 * channels);
            float* second = sums + channels;
            for (int c = 0; c < channels; c++)
            {
                dbeta[c] = accumulate ? dbeta[c] + sums[c] : sums[c];
                dgamma[c] = accumulate ? dgamma[c] + second[c] : second[c];
                sums[c] /= m;
                second[c] /= m;
            }
        }
    }
}
