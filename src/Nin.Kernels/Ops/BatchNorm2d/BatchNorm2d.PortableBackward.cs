using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>The arrays that the kernels of the gradient read.</summary>
/// <param name="X">Input of the forward pass.</param>
/// <param name="Channels">What its normalisation read.</param>
/// <param name="Dy">Gradient of the output.</param>
/// <param name="Y">Output, where it masks the gradient.</param>
readonly record struct BatchNormArrays(ArrayView<float> X, BatchNormChannels Channels, ArrayView<float> Dy, ArrayView<float> Y) : IViews
{
    /// <summary>Whether four channels of every array can be read at a time.</summary>
    public static bool AreAligned(int channels, DeviceView x, DeviceView dy, DeviceView dx, in ResidualGradient residual) =>
        Float4.AreAligned(x, channels) && Float4.AreAligned(dy, channels) && (dx.IsNone || Float4.AreAligned(dx, channels))
        && (residual.Y.IsNone || Float4.AreAligned(residual.Y, channels)) && (residual.Gradient.IsNone || Float4.AreAligned(residual.Gradient, channels));

    /// <summary>The numbers of some channels.</summary>
    public BatchNormFactors Factors(BatchNormMap map, int channel, int width)
    {
        BatchNormFactors f;
        f.Mean = Float4.Load(Channels.Mean, channel, width);
        f.Inverse = Channels.Inverse(map, channel, width);
        f.Gamma = Float4.Load(Channels.Gamma, channel, width);
        f.Beta = Float4.Load(Channels.Beta, channel, width);
        return f;
    }

    /// <summary>Some elements of the input, of mean 0 and variance 1 over the batch.</summary>
    public Float4 Normalised(BatchNormFactors factors, long at, int width) => BatchNormApply.Normalised(Float4.Load(X, at, width), factors.Mean, factors.Inverse);

    /// <summary>The gradient before the ReLU, whose mask is the output's sign, or is found by the forward pass's own arithmetic.</summary>
    public Float4 Gradient(BatchNormMap map, BatchNormFactors factors, long at, int width, Float4 normalised)
    {
        Float4 g = Float4.Load(Dy, at, width);
        if (map.HasResidual != 0) g = Float4.MaskByPositive(g, Float4.Load(Y, at, width));
        if (map.Relu != 0) g = Float4.MaskByPositive(g, BatchNormApply.Scaled(normalised, factors.Gamma, factors.Beta));
        return g;
    }
}

/// <summary>The numbers of four channels.</summary>
struct BatchNormFactors
{
    public Float4 Mean, Inverse, Gamma, Beta;
}

/// <summary>Sums for dgamma and dbeta.</summary>
struct GammaBeta
{
    public Float4 Gamma, Beta;

    public static GammaBeta Add(GammaBeta a, GammaBeta b)
    {
        a.Gamma = Float4.Add(a.Gamma, b.Gamma);
        a.Beta = Float4.Add(a.Beta, b.Beta);
        return a;
    }
}

/// <summary>Three launches: both sums of runs of pixels, <c>[runs, dgamma + dbeta]</c>, those of the batch, and one over the elements.</summary>
sealed class BatchNorm2dBackwardPortable(AcceleratorDevice device) : IBatchNorm2dBackward
{
    readonly NormalizedActivationBackward activations = new(device);

    // As in the forward pass; and terms of one accumulation, so that no chain of roundings is long.
    const int RunItems = 8, ChannelItems = 2, Chunk = 16;

    readonly Action<DeviceStream, KernelConfig, BatchNormMap, ChannelRuns, RunBlocks, GroupLanes, BatchNormArrays, ArrayView<float>> launchRuns =
        device.Load<BatchNormMap, ChannelRuns, RunBlocks, GroupLanes, BatchNormArrays, ArrayView<float>>(RunsKernel);

    readonly Action<DeviceStream, KernelConfig, BatchNormMap, ChannelRuns, GroupLanes, ArrayView<float>, ArrayView<float>, ArrayView<float>> launchBatch =
        device.Load<BatchNormMap, ChannelRuns, GroupLanes, ArrayView<float>, ArrayView<float>, ArrayView<float>>(BatchKernel);

    readonly Action<DeviceStream, KernelConfig, BatchNormMap, ChannelRows, BatchNormArrays, ArrayView<float>, ArrayView<float>, ArrayView<float>> launchData =
        device.Load<BatchNormMap, ChannelRows, BatchNormArrays, ArrayView<float>, ArrayView<float>, ArrayView<float>>(DataKernel);

    public void Run(
        DeviceStream stream, in BatchNormSizes sizes, int n, DeviceView x, in BatchNormParameters parameters, DeviceView mean,
        DeviceView inverseDeviation, bool relu, DeviceView dy, DeviceView dx, DeviceView dgamma, DeviceView dbeta,
        bool accumulateData, bool accumulateGamma, bool accumulateBeta, in ResidualGradient residual, RankPass? ranks)
    {
        BatchNorm2dForwardTrainingPortable.RequireNone(ranks);
        var map = new BatchNormMap(sizes, n, parameters, relu)
        {
            AccumulateData = accumulateData ? 1 : 0, AccumulateGamma = accumulateGamma ? 1 : 0, AccumulateBeta = accumulateBeta ? 1 : 0,
            HasResidual = residual.Y.IsNone ? 0 : 1, ResidualGradient = residual.Gradient.IsNone ? 0 : residual.Accumulate ? 2 : 1,
        };
        var arrays = new BatchNormArrays(
            x.Array, new BatchNormChannels(mean.Array, inverseDeviation.Array, parameters.Gamma.Array, parameters.Beta.Array), dy.Array, residual.Y.Array);
        bool areAligned = BatchNormArrays.AreAligned(sizes.Channels, x, dy, dx, residual)
            && BatchNormChannels.AreAligned(mean, inverseDeviation, parameters, sizes.Channels);
        var runs = ChannelRuns.Over(sizes.Tree, n, sizes.Channels);
        var blocks = RunBlocks.Over(runs, areAligned);
        var partials = stream.Scratch(2 * runs.Length);
        var (runLanes, runConfig) = GroupLanes.Over(device, blocks.Items, RunItems);
        launchRuns(stream, runConfig, map, runs, blocks, runLanes, arrays, partials.Array);
        var (lanes, config) = GroupLanes.Over(device, sizes.Channels, ChannelItems);
        launchBatch(stream, config, map, runs, lanes, partials.Array, dgamma.Array, dbeta.Array);
        if (dx.IsNone) return;
        var rows = ChannelRows.Over(map, areAligned);
        launchData(stream, device.Over(rows.Items), map, rows, arrays, partials.Array, dx.Array, residual.Gradient.Array);
    }

    public void Run<TActivation>(
        DeviceStream stream, in BatchNormSizes sizes, int n, DeviceView x, in BatchNormParameters parameters, DeviceView mean,
        DeviceView inverseDeviation, TActivation activation, DeviceView dy, DeviceView dx, DeviceView dgamma, DeviceView dbeta,
        bool accumulateGamma, bool accumulateBeta, RankPass? ranks)
        where TActivation : unmanaged, IActivation
    {
        activations.Run(stream, new BatchNormMap(sizes, n, parameters, relu: false), x, parameters, mean, inverseDeviation, activation, dy);
        Run(
            stream, sizes, n, x, parameters, mean, inverseDeviation, relu: false, dy, dx, dgamma, dbeta,
            accumulateData: false, accumulateGamma, accumulateBeta, residual: default, ranks);
    }

    static void RunsKernel(
        BatchNormMap map, ChannelRuns runs, RunBlocks blocks, GroupLanes lanes, BatchNormArrays arrays, ArrayView<float> partials)
    {
        var shared = SharedMemory.Allocate<Float4>(GroupLanes.MostThreads);
        int lane = lanes.Lane;
        for (uint first = (uint)(Grid.IdxX * lanes.Items.Value); first < (uint)blocks.Items; first += (uint)(Grid.DimX * lanes.Items.Value))
        {
            uint item = first + (uint)lanes.Item;
            GammaBeta own = default;
            int run = 0, c = 0;
            if (item < (uint)blocks.Items)
            {
                run = blocks.Blocks.Divide((int)item);
                c = ((int)item - run * blocks.Blocks.Value) * blocks.Width;
                own = OfRun(map, runs, blocks.Width, arrays, runs.Run(run), c, lane, lanes.Lanes);
            }

            own.Gamma = lanes.Sum(shared, own.Gamma);
            own.Beta = lanes.Sum(shared, own.Beta);
            if (lane == 0 && item < (uint)blocks.Items)
            {
                long at = 2L * run * runs.Channels + c;
                own.Gamma.Store(partials, at, blocks.Width);
                own.Beta.Store(partials, at + runs.Channels, blocks.Width);
            }
        }
    }

    // Every lanes-th pixel of a run.
    static GammaBeta OfRun(BatchNormMap map, ChannelRuns runs, int width, BatchNormArrays arrays, PixelRun pixels, int c, int lane, int lanes)
    {
        var factors = arrays.Factors(map, c, width);
        long step = (long)lanes * runs.Channels, end = pixels.End * runs.Channels;
        GammaBeta all = default;
        for (long at = (pixels.First + lane) * runs.Channels + c; at < end;)
        {
            GammaBeta some = default;
            for (int count = 0; at < end && count < Chunk; at += step, count++)
            {
                Float4 v = arrays.Normalised(factors, at, width), g = arrays.Gradient(map, factors, at, width, v);
                some.Gamma = Float4.Add(some.Gamma, Float4.Multiply(g, v));
                some.Beta = Float4.Add(some.Beta, g);
            }

            all = GammaBeta.Add(all, some);
        }

        return all;
    }

    // The sums stay in the first row of the partial sums, where the data's kernel reads them: what the results accumulate to is another sum.
    static void BatchKernel(
        BatchNormMap map, ChannelRuns runs, GroupLanes lanes, ArrayView<float> partials, ArrayView<float> dgamma, ArrayView<float> dbeta)
    {
        var shared = SharedMemory.Allocate<Float4>(GroupLanes.MostThreads);
        int lane = lanes.Lane;
        for (int first = Grid.IdxX * lanes.Items.Value; first < map.Channels; first += Grid.DimX * lanes.Items.Value)
        {
            int c = first + lanes.Item;
            // Both sums of a channel are two of the four elements.
            Float4 sum = default;
            if (c < map.Channels) sum = OfRuns(runs, partials, c, lane, lanes.Lanes);
            sum = lanes.Sum(shared, sum);
            if (lane == 0 && c < map.Channels)
            {
                partials[c] = sum.S0;
                partials[c + map.Channels] = sum.S1;
                dgamma[c] = map.AccumulateGamma != 0 ? dgamma[c] + sum.S0 : sum.S0;
                dbeta[c] = map.AccumulateBeta != 0 ? dbeta[c] + sum.S1 : sum.S1;
            }
        }
    }

    // Every lanes-th run.
    static Float4 OfRuns(ChannelRuns runs, ArrayView<float> partials, int c, int lane, int lanes)
    {
        Float4 all = default;
        for (int run = lane; run < runs.Count;)
        {
            Float4 some = default;
            for (int count = 0; run < runs.Count && count < Chunk; run += lanes, count++)
            {
                long at = 2L * run * runs.Channels + c;
                some.S0 += partials[at];
                some.S1 += partials[at + runs.Channels];
            }

            all = Float4.Add(all, some);
        }

        return all;
    }

    static void DataKernel(BatchNormMap map, ChannelRows rows, BatchNormArrays arrays, ArrayView<float> sums, ArrayView<float> dx, ArrayView<float> dr)
    {
        for (uint i = PortableThread.Index32; i < (uint)rows.Items; i += PortableThread.Stride32)
        {
            int c = rows.Channel((int)i);
            var factors = arrays.Factors(map, c, rows.Width);
            Float4 scale = Float4.Multiply(factors.Gamma, factors.Inverse);
            Float4 meanGamma = Float4.Divide(Float4.Load(sums, c, rows.Width), map.Count);
            Float4 meanBeta = Float4.Divide(Float4.Load(sums, map.Channels + c, rows.Width), map.Count);
            for (long at = (long)i * rows.Width; at < rows.Length; at += rows.Step)
            {
                Float4 v = arrays.Normalised(factors, at, rows.Width), g = arrays.Gradient(map, factors, at, rows.Width, v);
                Float4 value = Float4.Multiply(scale, Float4.Subtract(Float4.Subtract(g, meanBeta), Float4.Multiply(v, meanGamma)));
                if (map.AccumulateData != 0) value = Float4.Add(Float4.Load(dx, at, rows.Width), value);
                value.Store(dx, at, rows.Width);
                if (map.ResidualGradient == 2) g = Float4.Add(Float4.Load(dr, at, rows.Width), g);
                if (map.ResidualGradient != 0) g.Store(dr, at, rows.Width);
            }
        }
    }
}
