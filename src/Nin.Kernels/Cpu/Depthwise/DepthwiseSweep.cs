using System.Runtime.CompilerServices;

namespace Nin.Ops;

/// <summary>
/// A whole row of a depthwise 3x3 convolution with a border of one pixel and a stride of one or two, or of the gradient of its input, a register of
/// channels at a time: the sweep reads each column of pixels once and adds it to the two or three results that it belongs to, with all weights in registers.
/// </summary>
/// <remarks>
/// <see cref="DepthwiseTile"/> reads a pixel once for each of its taps, and takes as many instructions for its loops over taps as for multiplying: over
/// 112 x 112 pixels it took four times as long as the multiplications. Each sum is one chain of MulAdd, column by column and in it from top to bottom;
/// taps outside the image are left out.
/// </remarks>
static unsafe class DepthwiseSweep
{
    // In the place of a stride: the gradient at a stride of two.
    const int Up = -2;

    /// <summary>Whether the columns of a convolution are such a row, in its direction.</summary>
    public static bool Suits(in ConvolutionGeometry g)
    {
        if (g.Rows.Taps != 3) return false;
        ResidueAxis columns = g.Columns.Residue(0);
        if (g.Columns.Divisor == 2) return IsUp(columns, g.Columns.Residue(1));
        if (g.Columns.Divisor != 1) return false;
        return columns is { Taps: 3, SourceStep: 1, Start: -1, Scale: 1 or 2, Results: > 1 }
            && columns.Results == Packing.CeilDivide(columns.Sources, columns.Scale);
    }

    // The gradient at a stride of two: an even result reads its own pixel by the middle tap, an odd one that pixel and the next by the outer taps.
    static bool IsUp(in ResidueAxis odd, in ResidueAxis even) =>
        even is { First: 0, Taps: 1, FirstTap: 1, Start: 0 } && odd is { First: 1, Taps: 2, FirstTap: 2, TapStep: -2, Start: 0, SourceStep: 1 }
        && even.Results == even.Sources;

    /// <summary>Computes the row.</summary>
    /// <param name="tile">The rows of taps, from one to three, the channels, the first result and what happens to it.</param>
    /// <param name="axis">The horizontal axis.</param>
    /// <param name="pixelStep">Floats from a source pixel to the next.</param>
    /// <param name="tapStep">Floats from a tap to the next.</param>
    public static void Run<TLanes>(DepthwiseTile tile, in TapAxis axis, nint pixelStep, nint tapStep)
        where TLanes : struct, ILanes<TLanes>
    {
        ResidueAxis columns = axis.Residue(0);
        bool isUp = axis.Divisor == 2;
        int stride = isUp ? Up : columns.Scale;
        tile.ResultStep = pixelStep;
        tile.Tap = isUp ? 0 : columns.TapAt(0) * tapStep;
        tile.TapStep = isUp ? tapStep : columns.TapStep * tapStep;
        tile.Places = isUp ? axis.Results : columns.Sources;
        int whole = tile.Channels - tile.Channels % TLanes.Count;
        // Only a register that is a cache line: the halves of one would be stored a row apart.
        if (tile.Past && TLanes.Count == MicroKernel.LineColumns) Run<TLanes, PastExtent>(tile, stride, 0, whole, default);
        else if (whole > 0) Run<TLanes, WholeExtent>(tile, stride, 0, whole, default);
        if (whole < tile.Channels) Run<TLanes, PartExtent>(tile, stride, whole, tile.Channels, new PartExtent(tile.Channels - whole));
    }

    static void Run<TLanes, TExtent>(in DepthwiseTile tile, int stride, int c, int end, TExtent extent)
        where TLanes : struct, ILanes<TLanes>
        where TExtent : struct, IExtent
    {
        switch (tile.RowCount)
        {
            case 1: Run<TLanes, TExtent, OneRow>(tile, stride, c, end, extent); break;
            case 2: Run<TLanes, TExtent, TwoRows>(tile, stride, c, end, extent); break;
            default: Run<TLanes, TExtent, ThreeRows>(tile, stride, c, end, extent); break;
        }
    }

    static void Run<TLanes, TExtent, TRows>(in DepthwiseTile tile, int stride, int c, int end, TExtent extent)
        where TLanes : struct, ILanes<TLanes>
        where TExtent : struct, IExtent
        where TRows : struct, ITapRows
    {
        if (stride == Up) UpByTwo<TLanes, TExtent, TRows>(tile, c, end, extent);
        else if (stride == 1) ByOne<TLanes, TExtent, TRows>(tile, c, end, extent);
        else ByTwo<TLanes, TExtent, TRows>(tile, c, end, extent);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    static void ByOne<TLanes, TExtent, TRows>(in DepthwiseTile tile, int c, int end, TExtent extent)
        where TLanes : struct, ILanes<TLanes>
        where TExtent : struct, IExtent
        where TRows : struct, ITapRows
    {
        DepthwiseTile t = tile;
        nint step = t.ResultStep, yStep = t.YStep;
        int pixels = t.Places;
        TLanes floor = TLanes.Broadcast(t.Epilogue.Floor), ceiling = TLanes.Broadcast(t.Epilogue.Ceiling);
        for (; c < end; c += TLanes.Count)
        {
            var left = Taps<TLanes>.Load<TExtent, TRows>(t, 0, c, extent);
            var middle = Taps<TLanes>.Load<TExtent, TRows>(t, 1, c, extent);
            var right = Taps<TLanes>.Load<TExtent, TRows>(t, 2, c, extent);
            TLanes bias = t.Bias<TLanes, TExtent>(c, extent);
            float* x0 = t.Rows[0].X + c, x1 = TRows.Count > 1 ? t.Rows[1].X + c : x0, x2 = TRows.Count > 2 ? t.Rows[2].X + c : x0, y = t.Y + c;
            TLanes a0 = extent.Load<TLanes>(x0), a1 = extent.Load<TLanes>(x1), a2 = extent.Load<TLanes>(x2);
            TLanes sum = t.Start<TLanes, TExtent>(y, extent), next = t.Start<TLanes, TExtent>(y + yStep, extent);
            middle.Add<TRows>(ref sum, a0, a1, a2);
            left.Add<TRows>(ref next, a0, a1, a2);
            for (int i = 2; i < pixels; i++, y += yStep)
            {
                x0 += step;
                x1 += step;
                x2 += step;
                (a0, a1, a2) = (extent.Load<TLanes>(x0), extent.Load<TLanes>(x1), extent.Load<TLanes>(x2));
                right.Add<TRows>(ref sum, a0, a1, a2);
                extent.Store(y, TLanes.Min(ceiling, TLanes.Max(floor, sum + bias)));
                sum = next;
                middle.Add<TRows>(ref sum, a0, a1, a2);
                next = t.Start<TLanes, TExtent>(y + 2 * yStep, extent);
                left.Add<TRows>(ref next, a0, a1, a2);
            }

            (a0, a1, a2) = (extent.Load<TLanes>(x0 + step), extent.Load<TLanes>(x1 + step), extent.Load<TLanes>(x2 + step));
            right.Add<TRows>(ref sum, a0, a1, a2);
            extent.Store(y, TLanes.Min(ceiling, TLanes.Max(floor, sum + bias)));
            middle.Add<TRows>(ref next, a0, a1, a2);
            extent.Store(y + yStep, TLanes.Min(ceiling, TLanes.Max(floor, next + bias)));
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    static void ByTwo<TLanes, TExtent, TRows>(in DepthwiseTile tile, int c, int end, TExtent extent)
        where TLanes : struct, ILanes<TLanes>
        where TExtent : struct, IExtent
        where TRows : struct, ITapRows
    {
        DepthwiseTile t = tile;
        nint step = t.ResultStep, yStep = t.YStep;
        int pixels = t.Places;
        TLanes floor = TLanes.Broadcast(t.Epilogue.Floor), ceiling = TLanes.Broadcast(t.Epilogue.Ceiling);
        for (; c < end; c += TLanes.Count)
        {
            var left = Taps<TLanes>.Load<TExtent, TRows>(t, 0, c, extent);
            var middle = Taps<TLanes>.Load<TExtent, TRows>(t, 1, c, extent);
            var right = Taps<TLanes>.Load<TExtent, TRows>(t, 2, c, extent);
            TLanes bias = t.Bias<TLanes, TExtent>(c, extent);
            float* x0 = t.Rows[0].X + c, x1 = TRows.Count > 1 ? t.Rows[1].X + c : x0, x2 = TRows.Count > 2 ? t.Rows[2].X + c : x0, y = t.Y + c;
            TLanes sum = t.Start<TLanes, TExtent>(y, extent);
            // Two columns per result; the second of the last one may be outside, and starts no other result.
            for (int i = 0; i < pixels; i += 2, y += yStep)
            {
                middle.Add<TRows>(ref sum, extent.Load<TLanes>(x0), extent.Load<TLanes>(x1), extent.Load<TLanes>(x2));
                if (i + 1 == pixels)
                {
                    extent.Store(y, TLanes.Min(ceiling, TLanes.Max(floor, sum + bias)));
                    break;
                }

                TLanes a0 = extent.Load<TLanes>(x0 + step), a1 = extent.Load<TLanes>(x1 + step), a2 = extent.Load<TLanes>(x2 + step);
                right.Add<TRows>(ref sum, a0, a1, a2);
                extent.Store(y, TLanes.Min(ceiling, TLanes.Max(floor, sum + bias)));
                if (i + 2 >= pixels) break;
                sum = t.Start<TLanes, TExtent>(y + yStep, extent);
                left.Add<TRows>(ref sum, a0, a1, a2);
                x0 += 2 * step;
                x1 += 2 * step;
                x2 += 2 * step;
            }
        }
    }

    // The epilogue of a gradient is a bias at most.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    static void UpByTwo<TLanes, TExtent, TRows>(in DepthwiseTile tile, int c, int end, TExtent extent)
        where TLanes : struct, ILanes<TLanes>
        where TExtent : struct, IExtent
        where TRows : struct, ITapRows
    {
        DepthwiseTile t = tile;
        nint step = t.ResultStep, yStep = t.YStep;
        int results = t.Places;
        for (; c < end; c += TLanes.Count)
        {
            var own = Taps<TLanes>.Load<TExtent, TRows>(t, 1, c, extent);
            var left = Taps<TLanes>.Load<TExtent, TRows>(t, 2, c, extent);
            var right = Taps<TLanes>.Load<TExtent, TRows>(t, 0, c, extent);
            TLanes bias = t.Bias<TLanes, TExtent>(c, extent);
            float* x0 = t.Rows[0].X + c, x1 = TRows.Count > 1 ? t.Rows[1].X + c : x0, x2 = TRows.Count > 2 ? t.Rows[2].X + c : x0, y = t.Y + c;
            TLanes a0 = extent.Load<TLanes>(x0), a1 = extent.Load<TLanes>(x1), a2 = extent.Load<TLanes>(x2);
            for (int i = 0; i < results; i += 2, y += 2 * yStep)
            {
                TLanes sum = t.Start<TLanes, TExtent>(y, extent);
                own.Add<TRows>(ref sum, a0, a1, a2);
                extent.Store(y, sum + bias);
                if (i + 1 == results) break;
                sum = t.Start<TLanes, TExtent>(y + yStep, extent);
                left.Add<TRows>(ref sum, a0, a1, a2);
                if (i + 2 < results)
                {
                    x0 += step;
                    x1 += step;
                    x2 += step;
                    (a0, a1, a2) = (extent.Load<TLanes>(x0), extent.Load<TLanes>(x1), extent.Load<TLanes>(x2));
                    right.Add<TRows>(ref sum, a0, a1, a2);
                }

                extent.Store(y + yStep, sum + bias);
            }
        }
    }

    /// <summary>The weights of one column of taps.</summary>
    struct Taps<TLanes>
        where TLanes : struct, ILanes<TLanes>
    {
        TLanes w0, w1, w2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Taps<TLanes> Load<TExtent, TRows>(in DepthwiseTile t, int place, int c, TExtent extent)
            where TExtent : struct, IExtent
            where TRows : struct, ITapRows
        {
            nint at = t.Tap + place * t.TapStep + c;
            Taps<TLanes> taps = default;
            taps.w0 = extent.Load<TLanes>(t.Rows[0].W + at);
            if (TRows.Count > 1) taps.w1 = extent.Load<TLanes>(t.Rows[1].W + at);
            if (TRows.Count > 2) taps.w2 = extent.Load<TLanes>(t.Rows[2].W + at);
            return taps;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Add<TRows>(ref TLanes sum, TLanes a0, TLanes a1, TLanes a2)
            where TRows : struct, ITapRows
        {
            TLanes.Accumulate(ref sum, a0, w0);
            if (TRows.Count > 1) TLanes.Accumulate(ref sum, a1, w1);
            if (TRows.Count > 2) TLanes.Accumulate(ref sum, a2, w2);
        }
    }

    /// <summary>How many rows of taps are inside the image.</summary>
    interface ITapRows
    {
        static abstract int Count { get; }
    }

    readonly struct OneRow : ITapRows
    {
        public static int Count => 1;
    }

    readonly struct TwoRows : ITapRows
    {
        public static int Count => 2;
    }

    readonly struct ThreeRows : ITapRows
    {
        public static int Count => 3;
    }
}
