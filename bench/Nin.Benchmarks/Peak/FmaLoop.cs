using System.Runtime.CompilerServices;
using Nin.Ops;

namespace Nin.Benchmarks.Peak;

/// <summary>
/// Multiply-adds on registers alone, ten sums that do not wait for each other: two units of latency four want eight, and ten fit into the
/// sixteen registers of AVX2.
/// </summary>
readonly unsafe struct FmaLoop(int steps, float* results) : ILanesJob
{
    /// <summary>Independent sums.</summary>
    public const int Sums = 10;

    /// <summary>Floats between the results of two pieces: a cache line apart.</summary>
    public const int ResultStep = 64;

    readonly int steps = steps;
    readonly float* results = results;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Execute<TLanes>(int index, int worker)
        where TLanes : struct, ILanes<TLanes>
    {
        TLanes s0 = TLanes.Zero, s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0, s8 = s0, s9 = s0;
        TLanes a = TLanes.Broadcast(0.999f), b = TLanes.Broadcast(0.001f);
        for (int i = 0; i < steps; i++)
        {
            TLanes.Accumulate(ref s0, a, b);
            TLanes.Accumulate(ref s1, a, b);
            TLanes.Accumulate(ref s2, a, b);
            TLanes.Accumulate(ref s3, a, b);
            TLanes.Accumulate(ref s4, a, b);
            TLanes.Accumulate(ref s5, a, b);
            TLanes.Accumulate(ref s6, a, b);
            TLanes.Accumulate(ref s7, a, b);
            TLanes.Accumulate(ref s8, a, b);
            TLanes.Accumulate(ref s9, a, b);
        }

        // Written, so that nothing above is left out.
        (s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7 + s8 + s9).Store(results + index * ResultStep);
    }
}
