using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>
/// Two products one after the other, the hidden activations in memory between them: for devices whose products are faster than a kernel that keeps
/// them on the chip, by more than that memory costs.
/// </summary>
sealed class PointwiseMlpForwardPortable(IImplicitGemm gemm) : IPointwiseMlpForward
{
    public void Run(
        DeviceStream stream, in PointwiseMlpSizes sizes, int n, DeviceView x, in PointwiseMlpWeights weights, bool lastRelu, DeviceView h,
        DeviceView y)
    {
        GemmProblem first = GemmProblem.Fprop(sizes.First), second = GemmProblem.Fprop(sizes.Second);
        // Both products' packed weights in turn; after them the hidden activations, where nothing else needs them.
        long weightLength = Math.Max(gemm.ScratchLength(first, weights.First), gemm.ScratchLength(second, weights.Second));
        long hiddenLength = h.IsNone ? (long)n * sizes.Pixels * sizes.Hidden : 0;
        var scratch = stream.Scratch(weightLength + hiddenLength);
        var hidden = h.IsNone ? scratch.Slice(weightLength, hiddenLength) : h;
        gemm.Run(
            stream, typeof(PointwiseMlpForwardPortable), first, n, x, weights.First, scratch, weights.FirstBias, relu: true, hidden,
            StoreMode.Overwrite);
        gemm.Run(
            stream, typeof(PointwiseMlpForwardPortable), second, n, hidden, weights.Second, scratch, weights.SecondBias, lastRelu, y,
            StoreMode.Overwrite);
    }
}

/// <summary>
/// The layers' gradients one after the other. The second layer's weights come first, because they read <c>h</c>; then the hidden layer's gradient
/// takes its place; then the first layer's weights and the input.
/// </summary>
sealed class PointwiseMlpBackwardPortable(AcceleratorDevice device, IImplicitGemm gemm, IWeightGradient gradient) : IPointwiseMlpBackward
{
    readonly Conv2dBackwardWeightsPortable weightGradient = new(device, gradient);

    public void Run(
        DeviceStream stream, in PointwiseMlpSizes sizes, int n, DeviceView x, DeviceView h, DeviceView y, bool lastRelu,
        in PointwiseMlpWeights weights, DeviceView dy, DeviceView dx, in PointwiseMlpGradients gradients,
        bool accumulateData, bool accumulateWeights)
    {
        Conv2dSizes first = sizes.First, second = sizes.Second;
        if (lastRelu)
        {
            long length = n * second.OutputLength;
            var masked = dy.Slice(0, length);
            device.Kernels.Get<IActivationBackward>().Run(stream, default(Relu), y.Slice(0, length), masked, masked, accumulate: false);
        }

        weightGradient.Run(stream, second, n, h, dy, gradients.Second, gradients.SecondBias, accumulateWeights);
        DataGradient(stream, second, n, dy, weights.Second, h, StoreMode.WherePositive);
        weightGradient.Run(stream, first, n, x, h, gradients.First, gradients.FirstBias, accumulateWeights);
        if (!dx.IsNone) DataGradient(stream, first, n, h, weights.First, dx, accumulateData ? StoreMode.Add : StoreMode.Overwrite);
    }

    void DataGradient(DeviceStream stream, in Conv2dSizes sizes, int n, DeviceView dy, in Weights w, DeviceView dx, StoreMode mode)
    {
        var problem = GemmProblem.Dgrad(sizes);
        var scratch = stream.Scratch(gemm.ScratchLength(problem, w));
        gemm.Run(stream, typeof(PointwiseMlpBackwardPortable), problem, n, dy, w, scratch, bias: default, relu: false, dx, mode);
    }
}

/// <summary>
/// A work-group computes a tile of pixels: first all their hidden activations, into shared memory, then from these the output. Two launches
/// would write and read the hidden activations of the whole batch, which inference does not keep at all.
/// </summary>
sealed class PointwiseMlpForwardFused(AcceleratorDevice device) : IPointwiseMlpForward
{
    readonly WeightPacker packer = new(device);

    readonly Action<
        DeviceStream, KernelConfig, PointwiseMlpTile, ArrayView<float>, ArrayView<Float8>, ArrayView<float>, ArrayView<Float8>, ArrayView<float>,
        ArrayView<float>, ArrayView<float>> launch =
        device.Load<
            PointwiseMlpTile, ArrayView<float>, ArrayView<Float8>, ArrayView<float>, ArrayView<Float8>, ArrayView<float>,
            ArrayView<float>, ArrayView<float>>(Kernel);

    public void Run(
        DeviceStream stream, in PointwiseMlpSizes sizes, int n, DeviceView x, in PointwiseMlpWeights weights, bool lastRelu, DeviceView h,
        DeviceView y)
    {
        var tile = PointwiseMlpTile.Of(sizes, n, sizes.Hidden) with
        {
            HasFirstBias = weights.FirstBias.IsNone ? 0 : 1,
            HasSecondBias = weights.SecondBias.IsNone ? 0 : 1,
            LastRelu = lastRelu ? 1 : 0,
            KeepsHidden = h.IsNone ? 0 : 1,
        };
        var first = PackedLayout.ForThreads(GemmProblem.Fprop(sizes.First));
        var second = PackedLayout.ForThreads(GemmProblem.Fprop(sizes.Second));
        long firstLength = WeightPacker.ScratchLength(first, weights.First);
        var scratch = stream.Scratch(firstLength + WeightPacker.ScratchLength(second, weights.Second));
        var w1 = packer.Pack(stream, typeof(PointwiseMlpForwardFused), first, weights.First, scratch);
        var w2 = packer.Pack(
            stream, typeof(PointwiseMlpForwardFused), second, weights.Second,
            scratch.IsNone ? scratch : scratch.Slice(firstLength, scratch.Length - firstLength));
        launch(
            stream, device.Tiles(tile.Tiles), tile, x.Array, w1.Array.Cast<Float8>(),
            (weights.FirstBias.IsNone ? x : weights.FirstBias).Array, w2.Array.Cast<Float8>(),
            (weights.SecondBias.IsNone ? x : weights.SecondBias).Array, (h.IsNone ? y : h).Array, y.Array);
    }

    static void Kernel(
        PointwiseMlpTile tile, ArrayView<float> x, ArrayView<Float8> w1, ArrayView<float> b1, ArrayView<Float8> w2, ArrayView<float> b2,
        ArrayView<float> h, ArrayView<float> y)
    {
        // [tile.Pixels, hidden]
        var hidden = SharedMemory.Allocate<float>(PointwiseMlpTile.SharedFloats);
        for (long index = Grid.IdxX; index < tile.Tiles; index += Grid.DimX)
        {
            long pixel = index * tile.Pixels;
            int count = tile.Count(pixel);
            int tiles = (count + ThreadTile.Rows - 1) / ThreadTile.Rows;
            for (int item = Group.IdxX; item < tiles * Float8.Tiles(tile.Hidden); item += Group.DimX)
            {
                int row = item % tiles * ThreadTile.Rows, column = item / tiles * Float8.Length;
                var sum = ThreadTile.Product(x, pixel + row, count - row, tile.Channels, w1, column);
                var shift = tile.HasFirstBias != 0 ? Float8.Load(b1, column, tile.Hidden - column) : default;
                sum = ThreadTile.Finish(sum, shift, relu: true);
                sum.Store(hidden, row * tile.Hidden + column, tile.Hidden, count - row, tile.Hidden - column);
                if (tile.KeepsHidden != 0)
                    sum.Store(h, (pixel + row) * tile.Hidden + column, tile.Hidden, count - row, tile.Hidden - column);
            }

            Group.Barrier();
            for (int item = Group.IdxX; item < tiles * Float8.Tiles(tile.Filters); item += Group.DimX)
            {
                int row = item % tiles * ThreadTile.Rows, column = item / tiles * Float8.Length;
                var sum = ThreadTile.Product(hidden, row, count - row, tile.Hidden, w2, column);
                var shift = tile.HasSecondBias != 0 ? Float8.Load(b2, column, tile.Filters - column) : default;
                sum = ThreadTile.Finish(sum, shift, tile.LastRelu != 0);
                sum.Store(y, (pixel + row) * tile.Filters + column, tile.Filters, count - row, tile.Filters - column);
            }

            Group.Barrier();
        }
    }
}

/// <summary>The pixels that a work-group computes at a time, and what its kernels read besides their arrays.</summary>
/// <param name="AllPixels">Pixels of the batch.</param>
/// <param name="Pixels">Pixels of a tile.</param>
/// <param name="Channels">Input channels.</param>
/// <param name="Hidden">Channels between the two layers.</param>
/// <param name="Filters">Output channels.</param>
readonly record struct PointwiseMlpTile(long AllPixels, int Pixels, int Channels, int Hidden, int Filters)
{
    /// <summary>
    /// Float32 elements of shared memory: the 32 KiB that each OpenCL device has at least. The size is fixed, because ILGPU 1.5.3 declares
    /// shared memory of a size known at the launch in a way that OpenCL compilers refuse.
    /// </summary>
    public const int SharedFloats = 8192;

    const int MostPixels = 64;

    /// <summary>1 where the first layer has a bias.</summary>
    public int HasFirstBias { get; init; }

    /// <summary>1 where the second layer has a bias.</summary>
    public int HasSecondBias { get; init; }

    /// <summary>1 where the second layer has a ReLU.</summary>
    public int LastRelu { get; init; }

    /// <summary>1 where hidden activations are written for the gradient.</summary>
    public int KeepsHidden { get; init; }

    /// <summary>Tiles of the batch.</summary>
    public long Tiles => (AllPixels + Pixels - 1) / Pixels;

    /// <summary>As many pixels as fit in shared memory with a number of floats each, in whole tiles of rows where there is room for one.</summary>
    /// <exception cref="ArgumentException">Not even one pixel fits.</exception>
    public static PointwiseMlpTile Of(in PointwiseMlpSizes sizes, int n, int floatsOfPixel)
    {
        int room = Math.Min(MostPixels, SharedFloats / floatsOfPixel);
        if (room == 0)
        {
            throw new ArgumentException(
                $"A pixel's activations take {floatsOfPixel} numbers, more than the {SharedFloats} of a work-group's shared memory: use fewer " +
                "channels, or separate pointwise layers.", nameof(sizes));
        }

        int pixels = room < ThreadTile.Rows ? room : room / ThreadTile.Rows * ThreadTile.Rows;
        return new PointwiseMlpTile((long)n * sizes.Pixels, pixels, sizes.Channels, sizes.Hidden, sizes.Filters);
    }

    /// <summary>Pixels from one on that belong to its tile and to the batch.</summary>
    public int Count(long pixel) => AllPixels - pixel < Pixels ? (int)(AllPixels - pixel) : Pixels;
}
