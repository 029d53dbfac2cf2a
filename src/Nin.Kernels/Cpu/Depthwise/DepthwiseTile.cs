using System.Runtime.CompilerServices;

namespace Nin.Ops;

/// <summary>A source row that a result row reads, and the weights of the row of taps that reads it.</summary>
/// <param name="x">Column 0, in the first channel.</param>
/// <param name="w">The row's first tap, in the first channel.</param>
readonly unsafe struct DepthwiseRow(float* x, float* w)
{
    public readonly float* X = x;
    public readonly float* W = w;
}

/// <summary>
/// Neighbouring results that read the same taps, over all channels of a block: <c>y[p, c] = act(sum over rows, places and planes of x[p, plane, c]
/// w[place, plane, c] + bias[c])</c>. A channel is a lane, so that no product leaves a lane of a register empty.
/// </summary>
/// <remarks>
/// <code>
///            channels: a register
///   pixel 0  y0 += x0 * w       w is loaded once for all pixels, and each x is an operand in
///   pixel 1  y1 += x1 * w       memory: two loads and two multiply-adds in one cycle
///   ..       ..
/// </code>
/// The channels are the inner loop, so that memory is read in its order. Each sum is one chain of MulAdd in the order of rows, places and planes,
/// whatever the number of pixels in the tile.
/// </remarks>
unsafe struct DepthwiseTile
{
    public DepthwiseRow* Rows;
    public int RowCount;

    /// <summary>Floats from a source row's start to the pixel that the first result reads at the first place.</summary>
    public nint Source;

    /// <summary>Floats from the source pixel of a result to that of the next.</summary>
    public nint ResultStep;

    /// <summary>Floats from a row's first tap to the tap at the first place.</summary>
    public nint Tap;

    /// <summary>Places in a row of taps, and how far apart they are in the source and in the weights.</summary>
    public int Places;
    public nint PlaceStep;
    public nint TapStep;

    /// <summary>Source channels of a result channel, and how far apart they are.</summary>
    public int Planes;
    public nint PlaneStep;
    public nint WeightPlaneStep;

    /// <summary>Where the first result goes, and the floats from it to the next.</summary>
    public float* Y;
    public nint YStep;

    /// <summary>True to start from what is <see cref="FromOffset"/> floats after the result, false to start from zero.</summary>
    public bool Accumulate;
    public nint FromOffset;
    public TileEpilogue Epilogue;
    public int Channels;

    /// <summary>Whether <see cref="DepthwiseSweep"/> stores its row past the caches.</summary>
    public bool Past;

    /// <summary>Computes the results from this tile's first to before <paramref name="count"/>.</summary>
    public void Run<TLanes>(int count)
        where TLanes : struct, ILanes<TLanes>
    {
        for (; count >= 8; count -= 8, Advance(8)) Channelwise<TLanes, EightPixels>();
        if (count >= 4)
        {
            Channelwise<TLanes, FourPixels>();
            Advance(4);
            count -= 4;
        }

        for (; count > 0; count--, Advance(1)) Channelwise<TLanes, OnePixel>();
    }

    void Advance(int results)
    {
        Source += results * ResultStep;
        Y += results * YStep;
    }

    readonly void Channelwise<TLanes, TPixels>()
        where TLanes : struct, ILanes<TLanes>
        where TPixels : struct, IDepthwisePixels
    {
        int whole = Channels - Channels % TLanes.Count;
        if (whole > 0) TPixels.Run<TLanes, WholeExtent>(this, 0, whole, default);
        if (whole < Channels) TPixels.Run<TLanes, PartExtent>(this, whole, Channels, new PartExtent(Channels - whole));
    }

    /// <summary>What a result's sum starts from.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly TLanes Start<TLanes, TExtent>(float* y, TExtent extent)
        where TLanes : struct, ILanes<TLanes>
        where TExtent : struct, IExtent =>
        Accumulate ? extent.Load<TLanes>(y + FromOffset) : TLanes.Zero;

    /// <summary>The bias of a register of channels; -0, which changes nothing when added, where there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly TLanes Bias<TLanes, TExtent>(int c, TExtent extent)
        where TLanes : struct, ILanes<TLanes>
        where TExtent : struct, IExtent =>
        Epilogue.Bias is null ? TLanes.Broadcast(-0f) : extent.Load<TLanes>(Epilogue.Bias + c);
}

/// <summary>A fixed number of pixels of a <see cref="DepthwiseTile"/> at once: their sums stay in registers over all taps.</summary>
interface IDepthwisePixels
{
    static abstract void Run<TLanes, TExtent>(in DepthwiseTile tile, int c, int end, TExtent extent)
        where TLanes : struct, ILanes<TLanes>
        where TExtent : struct, IExtent;
}

/// <summary>Eight: chains enough for two multiply-adds in a cycle, each four cycles long.</summary>
readonly unsafe struct EightPixels : IDepthwisePixels
{
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Run<TLanes, TExtent>(in DepthwiseTile tile, int c, int end, TExtent extent)
        where TLanes : struct, ILanes<TLanes>
        where TExtent : struct, IExtent
    {
        DepthwiseTile t = tile;
        nint step = t.ResultStep, step2 = 2 * step, step3 = 3 * step, step4 = 4 * step;
        TLanes floor = TLanes.Broadcast(t.Epilogue.Floor), ceiling = TLanes.Broadcast(t.Epilogue.Ceiling);
        for (; c < end; c += TLanes.Count)
        {
            float* y = t.Y + c;
            TLanes y0 = t.Start<TLanes, TExtent>(y, extent);
            TLanes y1 = t.Start<TLanes, TExtent>(y + t.YStep, extent);
            TLanes y2 = t.Start<TLanes, TExtent>(y + 2 * t.YStep, extent);
            TLanes y3 = t.Start<TLanes, TExtent>(y + 3 * t.YStep, extent);
            TLanes y4 = t.Start<TLanes, TExtent>(y + 4 * t.YStep, extent);
            TLanes y5 = t.Start<TLanes, TExtent>(y + 5 * t.YStep, extent);
            TLanes y6 = t.Start<TLanes, TExtent>(y + 6 * t.YStep, extent);
            TLanes y7 = t.Start<TLanes, TExtent>(y + 7 * t.YStep, extent);
            for (DepthwiseRow* row = t.Rows; row < t.Rows + t.RowCount; row++)
            {
                float* place = row->X + t.Source + c, tap = row->W + t.Tap + c;
                for (int i = t.Places; i > 0; i--)
                {
                    float* x = place, w = tap;
                    for (int j = t.Planes; j > 0; j--)
                    {
                        TLanes weight = extent.Load<TLanes>(w);
                        float* x4 = x + step4;
                        TLanes.Accumulate(ref y0, extent.Load<TLanes>(x), weight);
                        TLanes.Accumulate(ref y1, extent.Load<TLanes>(x + step), weight);
                        TLanes.Accumulate(ref y2, extent.Load<TLanes>(x + step2), weight);
                        TLanes.Accumulate(ref y3, extent.Load<TLanes>(x + step3), weight);
                        TLanes.Accumulate(ref y4, extent.Load<TLanes>(x4), weight);
                        TLanes.Accumulate(ref y5, extent.Load<TLanes>(x4 + step), weight);
                        TLanes.Accumulate(ref y6, extent.Load<TLanes>(x4 + step2), weight);
                        TLanes.Accumulate(ref y7, extent.Load<TLanes>(x4 + step3), weight);
                        x += t.PlaneStep;
                        w += t.WeightPlaneStep;
                    }

                    place += t.PlaceStep;
                    tap += t.TapStep;
                }
            }

            TLanes bias = t.Bias<TLanes, TExtent>(c, extent);
            extent.Store(y, TLanes.Min(ceiling, TLanes.Max(floor, y0 + bias)));
            extent.Store(y + t.YStep, TLanes.Min(ceiling, TLanes.Max(floor, y1 + bias)));
            extent.Store(y + 2 * t.YStep, TLanes.Min(ceiling, TLanes.Max(floor, y2 + bias)));
            extent.Store(y + 3 * t.YStep, TLanes.Min(ceiling, TLanes.Max(floor, y3 + bias)));
            extent.Store(y + 4 * t.YStep, TLanes.Min(ceiling, TLanes.Max(floor, y4 + bias)));
            extent.Store(y + 5 * t.YStep, TLanes.Min(ceiling, TLanes.Max(floor, y5 + bias)));
            extent.Store(y + 6 * t.YStep, TLanes.Min(ceiling, TLanes.Max(floor, y6 + bias)));
            extent.Store(y + 7 * t.YStep, TLanes.Min(ceiling, TLanes.Max(floor, y7 + bias)));
        }
    }
}

/// <summary>Four, where eight are no longer left.</summary>
readonly unsafe struct FourPixels : IDepthwisePixels
{
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Run<TLanes, TExtent>(in DepthwiseTile tile, int c, int end, TExtent extent)
        where TLanes : struct, ILanes<TLanes>
        where TExtent : struct, IExtent
    {
        DepthwiseTile t = tile;
        nint step = t.ResultStep, step2 = 2 * step, step3 = 3 * step;
        TLanes floor = TLanes.Broadcast(t.Epilogue.Floor), ceiling = TLanes.Broadcast(t.Epilogue.Ceiling);
        for (; c < end; c += TLanes.Count)
        {
            float* y = t.Y + c;
            TLanes y0 = t.Start<TLanes, TExtent>(y, extent);
            TLanes y1 = t.Start<TLanes, TExtent>(y + t.YStep, extent);
            TLanes y2 = t.Start<TLanes, TExtent>(y + 2 * t.YStep, extent);
            TLanes y3 = t.Start<TLanes, TExtent>(y + 3 * t.YStep, extent);
            for (DepthwiseRow* row = t.Rows; row < t.Rows + t.RowCount; row++)
            {
                float* place = row->X + t.Source + c, tap = row->W + t.Tap + c;
                for (int i = t.Places; i > 0; i--)
                {
                    float* x = place, w = tap;
                    for (int j = t.Planes; j > 0; j--)
                    {
                        TLanes weight = extent.Load<TLanes>(w);
                        TLanes.Accumulate(ref y0, extent.Load<TLanes>(x), weight);
                        TLanes.Accumulate(ref y1, extent.Load<TLanes>(x + step), weight);
                        TLanes.Accumulate(ref y2, extent.Load<TLanes>(x + step2), weight);
                        TLanes.Accumulate(ref y3, extent.Load<TLanes>(x + step3), weight);
                        x += t.PlaneStep;
                        w += t.WeightPlaneStep;
                    }

                    place += t.PlaceStep;
                    tap += t.TapStep;
                }
            }

            TLanes bias = t.Bias<TLanes, TExtent>(c, extent);
            extent.Store(y, TLanes.Min(ceiling, TLanes.Max(floor, y0 + bias)));
            extent.Store(y + t.YStep, TLanes.Min(ceiling, TLanes.Max(floor, y1 + bias)));
            extent.Store(y + 2 * t.YStep, TLanes.Min(ceiling, TLanes.Max(floor, y2 + bias)));
            extent.Store(y + 3 * t.YStep, TLanes.Min(ceiling, TLanes.Max(floor, y3 + bias)));
        }
    }
}

/// <summary>One: the rest of a row, and pixels at the edge, some of whose taps are outside.</summary>
readonly unsafe struct OnePixel : IDepthwisePixels
{
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Run<TLanes, TExtent>(in DepthwiseTile tile, int c, int end, TExtent extent)
        where TLanes : struct, ILanes<TLanes>
        where TExtent : struct, IExtent
    {
        DepthwiseTile t = tile;
        TLanes floor = TLanes.Broadcast(t.Epilogue.Floor), ceiling = TLanes.Broadcast(t.Epilogue.Ceiling);
        for (; c < end; c += TLanes.Count)
        {
            TLanes sum = t.Start<TLanes, TExtent>(t.Y + c, extent);
            for (DepthwiseRow* row = t.Rows; row < t.Rows + t.RowCount; row++)
            {
                float* place = row->X + t.Source + c, tap = row->W + t.Tap + c;
                for (int i = t.Places; i > 0; i--)
                {
                    float* x = place, w = tap;
                    for (int j = t.Planes; j > 0; j--)
                    {
                        TLanes.Accumulate(ref sum, extent.Load<TLanes>(x), extent.Load<TLanes>(w));
                        x += t.PlaneStep;
                        w += t.WeightPlaneStep;
                    }

                    place += t.PlaceStep;
                    tap += t.TapStep;
                }
            }

            extent.Store(t.Y + c, TLanes.Min(ceiling, TLanes.Max(floor, sum + t.Bias<TLanes, TExtent>(c, extent))));
        }
    }
}
