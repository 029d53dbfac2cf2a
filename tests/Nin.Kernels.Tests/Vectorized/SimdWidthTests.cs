using System.Runtime.Intrinsics;
using Nin.Ops;

namespace Nin.Tests.Vectorized;

public sealed unsafe class SimdWidthTests
{
    [Fact]
    public void A_job_runs_at_the_best_width_of_the_machine()
    {
        using var pool = new WorkerPool(2);
        int* widths = stackalloc int[3];
        SimdWidth.Run(pool, 3, new WidthJob { Widths = widths });
        int want = Vector512.IsHardwareAccelerated ? 16 : Vector256.IsHardwareAccelerated ? 8 : 4;
        new ReadOnlySpan<int>(widths, 3).ToArray().Should().Equal(want, want, want);
    }

    struct WidthJob : ILanesJob
    {
        public int* Widths;

        public readonly void Execute<TLanes>(int index, int worker)
            where TLanes : struct, ILanes<TLanes>
            => Widths[index] = TLanes.Count;
    }
}
