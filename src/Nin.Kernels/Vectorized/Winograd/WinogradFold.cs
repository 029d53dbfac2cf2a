using System.Runtime.CompilerServices;

namespace Nin.Vectorized;

/// <summary>dw = <c>Gᵀ</c> sums <c>G</c>, or dw += it: the sums at the points back to the taps. A piece is one channel.</summary>
unsafe struct WinogradFold<TPoints> : ILanesJob
    where TPoints : struct, IWinogradPoints
{
    /// <summary><c>[point][channels, filters]</c>, points <see cref="PointStep"/> apart; whole registers may be read behind it.</summary>
    public float* Sums;
    public nint PointStep;
    public int Kernel;
    public int Channels;
    public int Filters;
    public bool Accumulate;

    /// <summary><c>[kernel, kernel, channels, filters]</c>.</summary>
    public float* DW;

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Execute<TLanes>(int index, int worker)
        where TLanes : struct, ILanes<TLanes>
    {
        float* buffer = stackalloc float[WinogradTransform.BufferLength];
        float* taps = stackalloc float[WinogradTransform.BufferLength];
        for (int f = 0; f < Filters; f += TLanes.Count)
        {
            var extent = new PartExtent(Math.Min(TLanes.Count, Filters - f));
            WinogradTransform.Fold<TPoints, TLanes>(Kernel, scaled: true, Sums + (nint)index * Filters + f, PointStep, taps, buffer);
            float* to = DW + (nint)index * Filters + f;
            for (int tap = 0; tap < Kernel * Kernel; tap++, to += (nint)Channels * Filters)
            {
                TLanes sum = TLanes.Load(taps + tap * TLanes.Count);
                extent.Store(to, Accumulate ? extent.Load<TLanes>(to) + sum : sum);
            }
        }
    }
}
