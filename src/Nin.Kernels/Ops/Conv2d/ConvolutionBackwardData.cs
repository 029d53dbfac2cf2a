using System.Runtime.CompilerServices;

namespace Nin.Ops;

/// <summary>
/// dx = dy * wᵀ over a batch, the transposed convolution cropped by the padding: dy <c>[n, oh, ow, filters]</c>,
/// w <c>[kH, kW, c / groups, filters]</c>, dx <c>[n, h, w, c]</c>. Pixels of x that lie in no window get 0.
/// Each element of dx is one accumulation, whatever the batch and the threads; when accumulating, it starts from what dx holds.
/// </summary>
/// <remarks>
/// The pixels of x fall into stride² classes, and the gradient of each is a convolution of dy with stride 1: <see cref="StrideClass"/>.
/// </remarks>
static unsafe class ConvolutionBackwardData
{
    /// <summary>Floats of the packed weights.</summary>
    public static long PackedLength(WorkerPool pool, in Conv2dSizes sizes) =>
        (long)sizes.Kernel * sizes.Kernel * sizes.Filters * Packing.PaddedColumns(sizes.GroupChannels, pool.Width);

    /// <summary>Floats of scratch memory that <see cref="Run"/> needs.</summary>
    public static long WorkspaceLength(WorkerPool pool, in Conv2dSizes sizes) =>
        pool.Threads * PatchProduct.ScratchLength(pool.Width, sizes.GroupChannels, dense: sizes.Stride == 1);

    /// <summary>Packs weights for <see cref="Run"/> on the same pool.</summary>
    public static void PackWeights(WorkerPool pool, in Conv2dSizes sizes, float* w, float* packed)
    {
        for (int index = 0; index < sizes.Stride * sizes.Stride; index++)
        {
            DataPacking job = Class(pool, sizes, index);
            if (job.Depth > 0)
            {
                job.Weights = w;
                job.Packed = packed;
                SimdWidth.Run(pool, sizes.Groups * job.Blocks, job);
                packed += sizes.Groups * job.PackedStep;
            }
        }
    }

    /// <param name="pool">Threads and width.</param>
    /// <param name="sizes">The convolution whose gradient this is.</param>
    /// <param name="batch">Samples in dy and dx.</param>
    /// <param name="dY">Gradient of the output.</param>
    /// <param name="packed">What <see cref="PackWeights"/> wrote.</param>
    /// <param name="accumulate">True to add to what dx holds, false to overwrite it unread.</param>
    /// <param name="dX">Gradient of the input.</param>
    /// <param name="workspace"><see cref="WorkspaceLength"/> floats.</param>
    public static void Run(
        WorkerPool pool, in Conv2dSizes sizes, int batch, float* dY, float* packed, bool accumulate, float* dX, float* workspace)
    {
        for (int index = 0; index < sizes.Stride * sizes.Stride; index++)
        {
            DataPacking packing = Class(pool, sizes, index);
            var product = new PatchProduct
            {
                Patches = Windows(sizes, packing, dY),
                Target = new PixelTarget
                {
                    Image = dX,
                    Height = sizes.Height,
                    Width = sizes.Width,
                    PixelStep = sizes.Channels,
                    Stride = sizes.Stride,
                    Top = packing.Rows.First,
                    Left = packing.Columns.First,
                },
                Pixels = (long)batch * packing.Rows.Count * packing.Columns.Count,
                Groups = sizes.Groups,
                Columns = sizes.GroupChannels,
                Packed = packed,
                PackedStep = packing.PackedStep,
                Accumulate = accumulate,
                Floor = float.NegativeInfinity,
                Scratch = workspace,
            };
            if (packing.Depth > 0 || !accumulate)
            {
                product.Run(pool);
                packed += sizes.Groups * packing.PackedStep;
            }
        }
    }

    static Patches Windows(in Conv2dSizes sizes, in DataPacking packing, float* dY) => new()
    {
        Image = dY,
        Height = sizes.OutHeight,
        Width = sizes.OutWidth,
        PixelStep = sizes.Filters,
        Channels = sizes.GroupFilters,
        TapRows = packing.Rows.Taps,
        TapColumns = packing.Columns.Taps,
        TapStep = packing.Rows.OutputStep,
        GridHeight = packing.Rows.Count,
        GridWidth = packing.Columns.Count,
        Stride = 1,
        Top = packing.Rows.Start,
        Left = packing.Columns.Start,
    };

    static DataPacking Class(WorkerPool pool, in Conv2dSizes sizes, int index)
    {
        var packing = new DataPacking
        {
            Rows = new StrideClass(sizes, index / sizes.Stride, sizes.Height),
            Columns = new StrideClass(sizes, index % sizes.Stride, sizes.Width),
            Kernel = sizes.Kernel,
            GroupChannels = sizes.GroupChannels,
            GroupFilters = sizes.GroupFilters,
            Filters = sizes.Filters,
        };
        packing.PackedStep = (nint)packing.Depth * Packing.PaddedColumns(sizes.GroupChannels, pool.Width);
        return packing;
    }
}

/// <summary>
/// One axis of a transposed convolution, for the input positions <c>i</c> with <c>(i + padding) mod stride = Residue</c>. These read
/// only the taps <c>k</c> with <c>k dilation mod stride = Residue</c>, each <see cref="KernelStep"/> apart; over these taps the
/// gradient is a convolution of dy with stride 1, whose window runs against the taps.
/// </summary>
/// <remarks>
/// The obvious way, a convolution of dy with zeros between its pixels, multiplies stride² times as much. With
/// <c>k = FirstTap + KernelStep t</c> position <c>i</c> reads <c>o = (i + padding - k dilation) / stride</c>, which falls by
/// <see cref="OutputStep"/> with every t.
/// </remarks>
readonly struct StrideClass
{
    public StrideClass(in Conv2dSizes sizes, int residue, int length)
    {
        (int stride, int dilation) = (sizes.Stride, sizes.Dilation);
        int divisor = Divisor(stride, dilation);
        KernelStep = stride / divisor;
        OutputStep = dilation / divisor;
        FirstTap = 0;
        while (FirstTap < KernelStep && FirstTap * dilation % stride != residue)
        {
            FirstTap++;
        }

        // A residue that no tap has: FirstTap went through a whole period.
        bool none = FirstTap == KernelStep || FirstTap >= sizes.Kernel;
        Taps = none ? 0 : (sizes.Kernel - FirstTap + KernelStep - 1) / KernelStep;
        First = (residue - sizes.Padding % stride + stride) % stride;
        Count = First < length ? (length - First + stride - 1) / stride : 0;
        Start = (First + sizes.Padding - FirstTap * dilation) / stride - (Taps - 1) * OutputStep;
    }

    /// <summary>The first input position of the class; the others follow at the stride.</summary>
    public int First { get; }

    /// <summary>Input positions of the class.</summary>
    public int Count { get; }

    /// <summary>Taps that a position of the class reads.</summary>
    public int Taps { get; }

    /// <summary>The first of the taps.</summary>
    public int FirstTap { get; }

    /// <summary>From one tap to the next, in the kernel.</summary>
    public int KernelStep { get; }

    /// <summary>From one tap to the next, in dy.</summary>
    public int OutputStep { get; }

    /// <summary>Row or column of dy that the last tap of the first position reads; position j starts j further on.</summary>
    public int Start { get; }

    /// <summary>The tap that lies at place <paramref name="place"/> of the window over dy.</summary>
    public int TapAt(int place) => FirstTap + KernelStep * (Taps - 1 - place);

    static int Divisor(int a, int b) => b == 0 ? a : Divisor(b, a % b);
}

/// <summary>
/// Packs weights <c>[kH, kW, channels, filters]</c> as B <c>[(tap row, tap column, filter), channel]</c> of a gradient of data: the taps
/// of one class, against their order, and transposed. A piece is one block of the depth of one group.
/// </summary>
unsafe struct DataPacking : ILanesJob
{
    public float* Weights;
    public StrideClass Rows;
    public StrideClass Columns;
    public int Kernel;
    public int GroupChannels;
    public int GroupFilters;
    public int Filters;
    public float* Packed;
    public nint PackedStep;

    public readonly int Depth => Rows.Taps * Columns.Taps * GroupFilters;

    /// <summary>Pieces of one group.</summary>
    public readonly int Blocks => Packing.CeilDivide(Depth, Packing.BlockDepth(Depth));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Execute<TLanes>(int index, int worker)
        where TLanes : struct, ILanes<TLanes>
    {
        int group = index / Blocks;
        int from = index % Blocks * Packing.BlockDepth(Depth);
        int depth = Math.Min(Packing.BlockDepth(Depth), Depth - from);
        float* packed = Packed + group * PackedStep + (nint)from * Packing.PaddedColumns(GroupChannels, 32 * TLanes.Count);
        for (int j = 0; j < GroupChannels; j += 2 * TLanes.Count)
        {
            int width = Packing.PanelColumns(GroupChannels - j, TLanes.Count);
            int channels = Math.Min(width, GroupChannels - j);
            for (int k = from; k < from + depth; k++)
            {
                float* row = Filter(k, group) + (nint)j * Filters;
                for (int i = 0; i < channels; i++)
                {
                    packed[i] = row[(nint)i * Filters];
                }

                new Span<float>(packed + channels, width - channels).Clear();
                packed += width;
            }
        }
    }

    // The weight of channel 0 for one step of the depth.
    readonly float* Filter(int k, int group)
    {
        int place = k / GroupFilters;
        int tapRow = Rows.TapAt(place / Columns.Taps);
        int tapColumn = Columns.TapAt(place % Columns.Taps);
        return Weights + ((nint)tapRow * Kernel + tapColumn) * GroupChannels * Filters + (nint)group * GroupFilters + k % GroupFilters;
    }
}
