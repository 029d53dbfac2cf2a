using System.Runtime.CompilerServices;

namespace Nin.Ops;

/// <summary>
/// A run of pixels in one row of a depthwise weight gradient: some taps' products with dy, summed in registers over the run and then added to their
/// sums in memory, for all channels of a block.
/// </summary>
unsafe struct DepthwiseWgradRun
{
    /// <summary>What the first pixel reads at the first tap.</summary>
    public float* X;

    /// <summary>Floats from the source pixel of a result, of a place and of a row of taps to the next.</summary>
    public nint ResultStep;
    public nint PlaceStep;
    public nint RowStep;
    public float* DY;
    public nint DYStep;

    /// <summary>Floats from a pixel's dy to that of the pixel below.</summary>
    public nint DYRowStep;

    /// <summary>Sums of the first tap, and the floats from a tap's to the next one's.</summary>
    public float* Sums;
    public nint SumStep;
    public int Pixels;
    public int Channels;

    /// <summary>Adds as many places as one kernel takes, and returns their number.</summary>
    /// <param name="rows">Rows of taps: 3 with three places, or 1.</param>
    /// <param name="places">Places that are left.</param>
    public readonly int Add<TLanes>(int rows, int places)
        where TLanes : struct, ILanes<TLanes>
    {
        if (rows == 3) return Channelwise<TLanes, ThreeByThreeTaps>();
        if (places >= 5) return Channelwise<TLanes, FiveTaps>();
        return places >= 3 ? Channelwise<TLanes, ThreeTaps>() : Channelwise<TLanes, OneTap>();
    }

    readonly int Channelwise<TLanes, TTaps>()
        where TLanes : struct, ILanes<TLanes>
        where TTaps : struct, IWgradTaps
    {
        int whole = Channels - Channels % TLanes.Count;
        if (whole > 0) TTaps.Add<TLanes, WholeExtent>(this, 0, whole, default);
        if (whole < Channels) TTaps.Add<TLanes, PartExtent>(this, whole, Channels, new PartExtent(Channels - whole));
        return TTaps.Places;
    }
}

/// <summary>The taps whose sums are in registers at once.</summary>
interface IWgradTaps
{
    /// <summary>Neighbouring taps of a row.</summary>
    static abstract int Places { get; }

    static abstract void Add<TLanes, TExtent>(in DepthwiseWgradRun run, int c, int end, TExtent extent)
        where TLanes : struct, ILanes<TLanes>
        where TExtent : struct, IExtent;
}

/// <summary>All of a 3x3 window: nine sums, dy and an operand fit sixteen registers.</summary>
readonly unsafe struct ThreeByThreeTaps : IWgradTaps
{
    public static int Places => 3;

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Add<TLanes, TExtent>(in DepthwiseWgradRun run, int c, int end, TExtent extent)
        where TLanes : struct, ILanes<TLanes>
        where TExtent : struct, IExtent
    {
        DepthwiseWgradRun r = run;
        nint step = r.PlaceStep, step2 = 2 * step, result = r.ResultStep, dyStep = r.DYStep, below = r.RowStep, dyBelow = r.DYRowStep;
        bool isStrided = result != step;
        for (; c < end; c += TLanes.Count)
        {
            TLanes s0 = TLanes.Zero, s1 = TLanes.Zero, s2 = TLanes.Zero, s3 = TLanes.Zero, s4 = TLanes.Zero, s5 = TLanes.Zero;
            TLanes s6 = TLanes.Zero, s7 = TLanes.Zero, s8 = TLanes.Zero;
            float* x0 = r.X + c, x1 = x0 + r.RowStep, x2 = x1 + r.RowStep, dy = r.DY + c;
            for (int i = r.Pixels; i > 0; i--)
            {
                // What the next row of results reads for the first time: registers of channels apart, no processor foresees it.
                ReadAhead.Line(dy + dyBelow);
                ReadAhead.Line(x2 + below);
                if (isStrided)
                {
                    ReadAhead.Line(x2 + below + step);
                    ReadAhead.Line(x2 + 2 * below);
                    ReadAhead.Line(x2 + 2 * below + step);
                }

                TLanes d = extent.Load<TLanes>(dy);
                TLanes.Accumulate(ref s0, extent.Load<TLanes>(x0), d);
                TLanes.Accumulate(ref s1, extent.Load<TLanes>(x0 + step), d);
                TLanes.Accumulate(ref s2, extent.Load<TLanes>(x0 + step2), d);
                TLanes.Accumulate(ref s3, extent.Load<TLanes>(x1), d);
                TLanes.Accumulate(ref s4, extent.Load<TLanes>(x1 + step), d);
                TLanes.Accumulate(ref s5, extent.Load<TLanes>(x1 + step2), d);
                TLanes.Accumulate(ref s6, extent.Load<TLanes>(x2), d);
                TLanes.Accumulate(ref s7, extent.Load<TLanes>(x2 + step), d);
                TLanes.Accumulate(ref s8, extent.Load<TLanes>(x2 + step2), d);
                x0 += result;
                x1 += result;
                x2 += result;
                dy += dyStep;
            }

            float* sums = r.Sums + c;
            sums = AddThree(sums, r.SumStep, s0, s1, s2, extent);
            sums = AddThree(sums, r.SumStep, s3, s4, s5, extent);
            AddThree(sums, r.SumStep, s6, s7, s8, extent);
        }
    }

    /// <summary>Adds three sums to those in memory, and returns where the next ones are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float* AddThree<TLanes, TExtent>(float* sums, nint step, TLanes s0, TLanes s1, TLanes s2, TExtent extent)
        where TLanes : struct, ILanes<TLanes>
        where TExtent : struct, IExtent
    {
        extent.Store(sums, extent.Load<TLanes>(sums) + s0);
        sums += step;
        extent.Store(sums, extent.Load<TLanes>(sums) + s1);
        sums += step;
        extent.Store(sums, extent.Load<TLanes>(sums) + s2);
        return sums + step;
    }
}

/// <summary>Five taps of a row.</summary>
readonly unsafe struct FiveTaps : IWgradTaps
{
    public static int Places => 5;

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Add<TLanes, TExtent>(in DepthwiseWgradRun run, int c, int end, TExtent extent)
        where TLanes : struct, ILanes<TLanes>
        where TExtent : struct, IExtent
    {
        DepthwiseWgradRun r = run;
        nint step = r.PlaceStep, step2 = 2 * step, step3 = 3 * step, step4 = 4 * step;
        for (; c < end; c += TLanes.Count)
        {
            TLanes s0 = TLanes.Zero, s1 = TLanes.Zero, s2 = TLanes.Zero, s3 = TLanes.Zero, s4 = TLanes.Zero;
            float* x = r.X + c, dy = r.DY + c;
            for (int i = r.Pixels; i > 0; i--)
            {
                TLanes d = extent.Load<TLanes>(dy);
                TLanes.Accumulate(ref s0, extent.Load<TLanes>(x), d);
                TLanes.Accumulate(ref s1, extent.Load<TLanes>(x + step), d);
                TLanes.Accumulate(ref s2, extent.Load<TLanes>(x + step2), d);
                TLanes.Accumulate(ref s3, extent.Load<TLanes>(x + step3), d);
                TLanes.Accumulate(ref s4, extent.Load<TLanes>(x + step4), d);
                x += r.ResultStep;
                dy += r.DYStep;
            }

            float* sums = ThreeByThreeTaps.AddThree(r.Sums + c, r.SumStep, s0, s1, s2, extent);
            extent.Store(sums, extent.Load<TLanes>(sums) + s3);
            extent.Store(sums + r.SumStep, extent.Load<TLanes>(sums + r.SumStep) + s4);
        }
    }
}

/// <summary>Three taps of a row.</summary>
readonly unsafe struct ThreeTaps : IWgradTaps
{
    public static int Places => 3;

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Add<TLanes, TExtent>(in DepthwiseWgradRun run, int c, int end, TExtent extent)
        where TLanes : struct, ILanes<TLanes>
        where TExtent : struct, IExtent
    {
        DepthwiseWgradRun r = run;
        nint step = r.PlaceStep, step2 = 2 * step;
        for (; c < end; c += TLanes.Count)
        {
            TLanes s0 = TLanes.Zero, s1 = TLanes.Zero, s2 = TLanes.Zero;
            float* x = r.X + c, dy = r.DY + c;
            for (int i = r.Pixels; i > 0; i--)
            {
                TLanes d = extent.Load<TLanes>(dy);
                TLanes.Accumulate(ref s0, extent.Load<TLanes>(x), d);
                TLanes.Accumulate(ref s1, extent.Load<TLanes>(x + step), d);
                TLanes.Accumulate(ref s2, extent.Load<TLanes>(x + step2), d);
                x += r.ResultStep;
                dy += r.DYStep;
            }

            ThreeByThreeTaps.AddThree(r.Sums + c, r.SumStep, s0, s1, s2, extent);
        }
    }
}

/// <summary>One tap.</summary>
readonly unsafe struct OneTap : IWgradTaps
{
    public static int Places => 1;

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Add<TLanes, TExtent>(in DepthwiseWgradRun run, int c, int end, TExtent extent)
        where TLanes : struct, ILanes<TLanes>
        where TExtent : struct, IExtent
    {
        DepthwiseWgradRun r = run;
        for (; c < end; c += TLanes.Count)
        {
            TLanes sum = TLanes.Zero;
            float* x = r.X + c, dy = r.DY + c;
            for (int i = r.Pixels; i > 0; i--)
            {
                TLanes.Accumulate(ref sum, extent.Load<TLanes>(x), extent.Load<TLanes>(dy));
                x += r.ResultStep;
                dy += r.DYStep;
            }

            extent.Store(r.Sums + c, extent.Load<TLanes>(r.Sums + c) + sum);
        }
    }
}
