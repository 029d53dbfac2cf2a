namespace Nin.TestKit;

/// <summary>
/// What a call allocates of the managed heap. The runtime allocates now and then for itself, such as when it compiles a loop anew that ran for the
/// thousandth time, on the thread that runs it. That is in some runs of ten calls and not in all; a call that allocates does so in every one.
/// </summary>
public static class Allocations
{
    const int Runs = 100;
    const int Calls = 10;

    /// <summary>Bytes of ten calls on the thread that makes them.</summary>
    public static long OnThread(Action call) => Least(call, GC.GetAllocatedBytesForCurrentThread);

    /// <summary>Bytes of ten calls on all threads.</summary>
    public static long InProcess(Action call) => Least(call, () => GC.GetTotalAllocatedBytes(precise: true));

    static long Least(Action call, Func<long> allocated)
    {
        call();
        long least = long.MaxValue;
        for (int run = 0; run < Runs && least > 0; run++)
        {
            long before = allocated();
            for (int i = 0; i < Calls; i++) call();
            least = Math.Min(least, allocated() - before);
        }

        return least;
    }
}
