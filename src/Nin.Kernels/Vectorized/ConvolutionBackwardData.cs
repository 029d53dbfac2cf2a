using Nin.Ops;

namespace Nin.Vectorized;

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
