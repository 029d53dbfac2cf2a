using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>
/// Three launches: the statistics of runs of pixels, those of the batch, and one over the elements. Mean and squared deviations come from one pass over
/// memory, by Chan's formula: see <see cref="PixelStatistics"/>.
/// </summary>
sealed class BatchNorm2dForwardTrainingPortable(AcceleratorDevice device) : IBatchNorm2dForwardTraining
{
    // Items of a group: eight neighbouring blocks of channels are a cache line; a channel's runs are far from each other, and the more lanes share them the better.
    const int RunItems = 8, ChannelItems = 2;

    readonly BatchNormApply apply = new(device);
    readonly ActivationForwardPortable forward = new(device);

    readonly Action<DeviceStream, KernelConfig, ChannelRuns, RunBlocks, GroupLanes, ArrayView<float>, ArrayView<float>> launchRuns =
        device.Load<ChannelRuns, RunBlocks, GroupLanes, ArrayView<float>, ArrayView<float>>(RunsKernel);

    readonly Action<DeviceStream, KernelConfig, BatchNormMap, ChannelRuns, GroupLanes, ArrayView<float>, ArrayView<float>, BatchNormStatistics> launchBatch =
        device.Load<BatchNormMap, ChannelRuns, GroupLanes, ArrayView<float>, ArrayView<float>, BatchNormStatistics>(BatchKernel);

    public void Run(
        DeviceStream stream, in BatchNormSizes sizes, int n, DeviceView x, in BatchNormParameters parameters, bool relu,
        DeviceView y, DeviceView mean, DeviceView inverseDeviation, DeviceView residual, RankPass? ranks)
    {
        RequireNone(ranks);
        var map = new BatchNormMap(sizes, n, parameters, relu);
        var runs = ChannelRuns.Over(sizes.Tree, n, sizes.Channels);
        var partials = stream.Scratch(2 * runs.Length);
        var blocks = RunBlocks.Over(runs, Float4.AreAligned(x, sizes.Channels));
        var (runLanes, runConfig) = GroupLanes.Over(device, blocks.Items, RunItems);
        launchRuns(stream, runConfig, runs, blocks, runLanes, x.Array, partials.Array);
        var (lanes, config) = GroupLanes.Over(device, sizes.Channels, ChannelItems);
        launchBatch(
            stream, config, map, runs, lanes, x.Array, partials.Array,
            new BatchNormStatistics(mean.Array, inverseDeviation.Array, parameters.RunningMean.Array, parameters.RunningVariance.Array));
        if (!y.IsNone) apply.Run(stream, map, x, parameters, mean, inverseDeviation, y, residual);
    }

    public DeviceView Apply(DeviceStream stream, int n, DeviceView x, in NormalizedInput input)
    {
        var map = new BatchNormMap(input.Sizes, n, input.Parameters, input.Rectifier == Rectifier.Relu) { HasVariance = input.IsRunning ? 1 : 0 };
        DeviceView y = input.Memory.Slice(0, n * input.Sizes.Length);
        apply.Run(stream, map, x, input.Parameters, input.Mean, input.Deviation, y);
        if (input.Rectifier == Rectifier.Relu6) forward.Run(stream, default(Relu6), y, y);
        return y;
    }

    public void Run<TActivation>(
        DeviceStream stream, in BatchNormSizes sizes, int n, DeviceView x, in BatchNormParameters parameters, TActivation activation,
        DeviceView y, DeviceView mean, DeviceView inverseDeviation, RankPass? ranks)
        where TActivation : unmanaged, IActivation
    {
        Run(stream, sizes, n, x, parameters, relu: false, y, mean, inverseDeviation, residual: default, ranks);
        if (y.IsNone) return;

        DeviceView all = y.Slice(0, n * sizes.Length);
        forward.Run(stream, activation, all, all);
    }

    // Between its launches the host would have to wait for the device and for the other ranks, in every layer twice.
    internal static void RequireNone(RankPass? ranks)
    {
        if (ranks is not null) throw new NotSupportedException("Batch normalisation over all ranks runs on device cpu alone; on other devices each rank takes its own statistics.");
    }

    /// <param name="runs">The runs of pixels.</param>
    /// <param name="blocks">The channels of each.</param>
    /// <param name="lanes">What a thread does.</param>
    /// <param name="x"><c>[n, pixels, channels]</c>.</param>
    /// <param name="partials"><c>[runs, mean + squares]</c>, overwritten; the mean is relative to the batch's first pixel.</param>
    static void RunsKernel(ChannelRuns runs, RunBlocks blocks, GroupLanes lanes, ArrayView<float> x, ArrayView<float> partials)
    {
        var means = SharedMemory.Allocate<Float4>(GroupLanes.MostThreads);
        var squares = SharedMemory.Allocate<Float4>(GroupLanes.MostThreads);
        var counts = SharedMemory.Allocate<float>(GroupLanes.MostThreads);
        int lane = lanes.Lane;
        for (uint first = (uint)(Grid.IdxX * lanes.Items.Value); first < (uint)blocks.Items; first += (uint)(Grid.DimX * lanes.Items.Value))
        {
            uint item = first + (uint)lanes.Item;
            PixelStatistics own = default;
            int run = 0, c = 0;
            if (item < (uint)blocks.Items)
            {
                run = blocks.Blocks.Divide((int)item);
                c = ((int)item - run * blocks.Blocks.Value) * blocks.Width;
                own = OfRun(runs, blocks.Width, x, runs.Run(run), c, lane, lanes.Lanes);
            }

            own = Combine(lanes, means, squares, counts, own);
            if (lane == 0 && item < (uint)blocks.Items)
            {
                long at = 2L * run * runs.Channels + c;
                own.Mean.Store(partials, at, blocks.Width);
                own.Squares.Store(partials, at + runs.Channels, blocks.Width);
            }
        }
    }

    // Every lanes-th pixel of a run.
    static PixelStatistics OfRun(ChannelRuns runs, int width, ArrayView<float> x, PixelRun pixels, int c, int lane, int lanes)
    {
        Float4 first = Float4.Load(x, c, width);
        long step = (long)lanes * runs.Channels, end = pixels.End * runs.Channels;
        PixelStatistics all = default;
        for (long at = (pixels.First + lane) * runs.Channels + c; at < end;)
        {
            Float4 origin = Float4.Load(x, at, width), sum = default, squares = default;
            int count = 1;
            for (at += step; at < end && count < PixelStatistics.Chunk; at += step, count++)
            {
                Float4 deviation = Float4.Subtract(Float4.Load(x, at, width), origin);
                sum = Float4.Add(sum, deviation);
                squares = Float4.Add(squares, Float4.Multiply(deviation, deviation));
            }

            all = PixelStatistics.Append(all, PixelStatistics.Of(count, sum, squares, Float4.Subtract(origin, first)));
        }

        return all;
    }

    // As GroupLanes.Sum.
    static PixelStatistics Combine(GroupLanes lanes, ArrayView<Float4> means, ArrayView<Float4> squares, ArrayView<float> counts, PixelStatistics own)
    {
        if (lanes.Lanes == 1) return own;
        int lane = lanes.Lane;
        for (int reach = lanes.Lanes; reach > 0; reach >>= 1)
        {
            if (lane < reach)
            {
                if (reach < lanes.Lanes)
                {
                    int other = Group.IdxX + reach * lanes.Items.Value;
                    PixelStatistics b;
                    b.Count = counts[other];
                    b.Mean = means[other];
                    b.Squares = squares[other];
                    own = PixelStatistics.Append(own, b);
                }

                counts[Group.IdxX] = own.Count;
                means[Group.IdxX] = own.Mean;
                squares[Group.IdxX] = own.Squares;
            }

            Group.Barrier();
        }

        return own;
    }

    static void BatchKernel(
        BatchNormMap map, ChannelRuns runs, GroupLanes lanes, ArrayView<float> x, ArrayView<float> partials, BatchNormStatistics statistics)
    {
        var means = SharedMemory.Allocate<Float4>(GroupLanes.MostThreads);
        var squares = SharedMemory.Allocate<Float4>(GroupLanes.MostThreads);
        var counts = SharedMemory.Allocate<float>(GroupLanes.MostThreads);
        int lane = lanes.Lane;
        for (int first = Grid.IdxX * lanes.Items.Value; first < map.Channels; first += Grid.DimX * lanes.Items.Value)
        {
            int c = first + lanes.Item;
            PixelStatistics all = default;
            if (c < map.Channels) all = OfRuns(runs, partials, c, lane, lanes.Lanes);
            all = Combine(lanes, means, squares, counts, all);
            if (lane == 0 && c < map.Channels)
            {
                float mean = x[c] + all.Mean.S0, squared = all.Squares.S0;
                statistics.Mean[c] = mean;
                statistics.InverseDeviation[c] = 1f / XMath.Sqrt(squared / map.Count + map.Epsilon);
                statistics.RunningMean[c] = (1f - map.Momentum) * statistics.RunningMean[c] + map.Momentum * mean;
                // The unbiased variance divides by one less; of a single pixel it is not defined, and the old one stays in its place.
                if (map.Count > 1)
                    statistics.RunningVariance[c] = (1f - map.Momentum) * statistics.RunningVariance[c] + map.Momentum * (squared / (map.Count - 1));
            }
        }
    }

    // Every lanes-th run, in chunks: no chain of roundings is longer than a chunk's or than that of their number.
    static PixelStatistics OfRuns(ChannelRuns runs, ArrayView<float> partials, int c, int lane, int lanes)
    {
        const int Chunk = 64;
        PixelStatistics all = default;
        for (int run = lane; run < runs.Count;)
        {
            PixelStatistics some = default;
            for (int count = 0; run < runs.Count && count < Chunk; run += lanes, count++)
            {
                var pixels = runs.Run(run);
                long at = 2L * run * runs.Channels + c;
                PixelStatistics own = default;
                own.Count = pixels.End - pixels.First;
                own.Mean.S0 = partials[at];
                own.Squares.S0 = partials[at + runs.Channels];
                some = PixelStatistics.Append(some, own);
            }

            all = PixelStatistics.Append(all, some);
        }

        return all;
    }
}

/// <summary>What a training pass learns of each channel.</summary>
/// <param name="Mean">The batch's mean.</param>
/// <param name="InverseDeviation">One over the batch's deviation.</param>
/// <param name="RunningMean">Moves on.</param>
/// <param name="RunningVariance">Moves on.</param>
readonly record struct BatchNormStatistics(
    ArrayView<float> Mean, ArrayView<float> InverseDeviation, ArrayView<float> RunningMean, ArrayView<float> RunningVariance) : IViews;

/// <summary>The channels of runs of pixels, in blocks of four or one that are items of <see cref="GroupLanes"/>.</summary>
/// <param name="Items">Blocks of all runs.</param>
/// <param name="Width">Channels of a block.</param>
/// <param name="Blocks">Blocks of a run.</param>
readonly record struct RunBlocks(int Items, int Width, Divisor Blocks)
{
    public static RunBlocks Over(in ChannelRuns runs, bool areAligned)
    {
        int width = Float4.Width(areAligned), blocks = runs.Channels / width;
        return new(runs.Count * blocks, width, Divisor.Of(blocks));
    }
}
