namespace Nin.TestKit;

/// <summary>
/// What a call allocates of the managed heap. The runtime allocates now and then for itself, such as when it recompiles a loop that ran for the
/// thousandth time, on the thread that runs it. That is in some runs of several calls and not in all; a call that allocates does so in every one.
/// </summary>
public static class Allocations
{
    const int Runs = 100;

    /// <summary>Bytes of a number of calls on the thread that makes them.</summary>
    public static long OnThread(int calls, Action call) => Least(calls, call, GC.GetAllocatedBytesForCurrentThread);

    /// <summary>Bytes of a number of calls on all threads.</summary>
    public static long InProcess(int calls, Action call) => Least(calls, call, () => GC.GetTotalAllocatedBytes(precise: true));

    static long Least(int calls, Action call, Func<long> allocated)
    {
        call();
        long least = long.MaxValue;
        for (int run = 0; run < Runs && least > 0; run++)
        {
            long before = allocated();
            for (int i = 0; i < calls; i++) call();
            least = Math.Min(least, allocated() - before);
        }

        return least;
    }
}
