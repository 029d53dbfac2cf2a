using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Nin.Vectorized;

/// <summary>
/// A run of memory that is fetched into the cache a little at a time beside a product, so that the arithmetic units need not wait when
/// the work after it begins. Without effect on what is computed, and where the machine cannot be asked.
/// </summary>
unsafe struct ReadAhead(float* from, long length)
{
    const int Line = 16;

    float* next = from;
    long length = length;
    long step;

    /// <summary>Divides the run among the tiles of a product.</summary>
    public void Spread(int tiles) => step = length > 0 ? Packing.RoundUp(Packing.CeilDivide(length, tiles), Line) : 0;

    /// <summary>Asks for a tile's share.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Next()
    {
        if (!Sse.IsSupported)
        {
            return;
        }

        long share = Math.Min(step, length);
        for (float* end = next + share; next < end; next += Line)
        {
            Sse.Prefetch1(next);
        }

        length -= share;
    }
}
