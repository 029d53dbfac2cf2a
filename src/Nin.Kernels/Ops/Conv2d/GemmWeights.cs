using System.Runtime.CompilerServices;

namespace Nin.Ops;

/// <summary>
/// A convolution's weights <c>[kernelHeight, kernelWidth, channels / groups, filters]</c> packed as B of <see cref="ImplicitGemm"/>:
/// <c>[residue][group]</c>, each <c>[(tap row, tap column, source channel), result channel]</c> as <see cref="Packing"/> lays it out.
/// </summary>
/// <param name="Pool">Threads and width.</param>
/// <param name="Sizes">The convolution.</param>
/// <param name="IsTransposed">False for fprop, true for dgrad, which sums over filters.</param>
readonly unsafe record struct GemmWeights(WorkerPool Pool, Conv2dSizes Sizes, bool IsTransposed) : IPackedWeights
{
    /// <summary>The convolution in this direction.</summary>
    public ConvolutionGeometry Geometry => IsTransposed ? ConvolutionGeometry.Dgrad(Sizes) : ConvolutionGeometry.Fprop(Sizes);

    public PackingKey Key => PackingKey.Of(typeof(GemmWeights), Sizes, IsTransposed);

    public long Length
    {
        get
        {
            ConvolutionGeometry g = Geometry;
            return (long)g.Groups * g.Depth * Packing.PaddedColumns(g.ResultChannels, Pool.Width);
        }
    }

    public void Pack(float* w, float* packed)
    {
        ConvolutionGeometry g = Geometry;
        for (int i = 0; i < g.Rows.Divisor; i++)
        {
            for (int j = 0; j < g.Columns.Divisor; j++)
            {
                Im2colRows rows = g.Im2col(source: null, i, j);
                if (rows.Depth == 0) continue;
                var job = new GemmWeightPacking
                {
                    Weights = w,
                    Rows = rows.Rows,
                    Columns = rows.Columns,
                    KernelWidth = g.Columns.Taps,
                    Depth = rows.Depth,
                    SourceChannels = g.SourceChannels,
                    ResultChannels = g.ResultChannels,
                    IsTransposed = IsTransposed,
                    GroupStep = Sizes.GroupFilters,
                    TapStep = (nint)Sizes.GroupChannels * Sizes.Filters,
                    SourceStep = IsTransposed ? 1 : Sizes.Filters,
                    ResultStep = IsTransposed ? Sizes.Filters : 1,
                    Packed = packed,
                    PackedStep = (nint)rows.Depth * Packing.PaddedColumns(g.ResultChannels, Pool.Width),
                };
                SimdWidth.Run(Pool, g.Groups * job.Blocks, job);
                packed += g.Groups * job.PackedStep;
            }
        }
    }
}

/// <summary>Packs the taps of one residue. A piece is one block of the depth of one group.</summary>
unsafe struct GemmWeightPacking : ILanesJob
{
    public float* Weights;
    public ResidueAxis Rows;
    public ResidueAxis Columns;

    /// <summary>Taps of a row of the whole window.</summary>
    public int KernelWidth;
    public int Depth;
    public int SourceChannels;
    public int ResultChannels;

    /// <summary>True for dgrad, whose taps run backward even where the steps of one filter would suggest that rows are contiguous.</summary>
    public bool IsTransposed;

    /// <summary>Floats of the weights from a group, tap, source channel and result channel to the next.</summary>
    public nint GroupStep;
    public nint TapStep;
    public nint SourceStep;
    public nint ResultStep;
    public float* Packed;
    public nint PackedStep;

    /// <summary>Pieces of one group.</summary>
    public readonly int Blocks => Packing.CeilDivide(Depth, Packing.BlockDepth(Depth));

    public readonly void Execute<TLanes>(int index, int worker)
        where TLanes : struct, ILanes<TLanes>
    {
        int group = index / Blocks;
        int from = index % Blocks * Packing.BlockDepth(Depth);
        int depth = Math.Min(Packing.BlockDepth(Depth), Depth - from);
        float* weights = Weights + group * GroupStep;
        float* packed = Packed + group * PackedStep + (nint)from * Packing.PaddedColumns(ResultChannels, 32 * TLanes.Count);
        if (!IsTransposed)
        {
            // Fprop: all taps in their order, so that the rows of B follow each other.
            Packing.Pack<TLanes, PlainRows>(new PlainRows(weights + from * SourceStep), SourceStep, depth, ResultChannels, packed, sums: null);
        }
        else
        {
            Gather<TLanes>(weights, from, depth, packed);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    readonly void Gather<TLanes>(float* weights, int from, int depth, float* packed)
        where TLanes : struct, ILanes<TLanes>
    {
        for (int j = 0, width; j < ResultChannels; j += width)
        {
            width = Packing.PanelColumns(ResultChannels - j, TLanes.Count);
            int channels = Math.Min(width, ResultChannels - j);
            for (int k = from, steps; k < from + depth; k += steps, packed += steps * width)
            {
                int place = k / SourceChannels, source = k % SourceChannels;
                int tap = Rows.TapAt(place / Columns.Taps) * KernelWidth + Columns.TapAt(place % Columns.Taps);
                // Those that lie in one run, cache line by cache line: their way through all rows touches each line once.
                steps = Math.Min(Math.Min(SourceChannels - source, MicroKernel.LineColumns), from + depth - k);
                Transposition.Run(weights + tap * TapStep + source + j * ResultStep, ResultStep, channels, steps, packed, width);
                for (int i = 0; channels < width && i < steps; i++) new Span<float>(packed + i * width + channels, width - channels).Clear();
            }
        }
    }
}
