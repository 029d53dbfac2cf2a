using System.Collections.Concurrent;

namespace Nin.Distributed.Tests;

/// <summary>Ranks that are threads of this process: the library's own sums over a link of queues, without MPI.</summary>
sealed unsafe class ThreadRanks(int rank, BlockingCollection<byte[]>[,] queues) : RankGroup, ILink
{
    float[] scratch = [];

    public override int Rank => rank;

    public override int Count => queues.GetLength(0);

    int ILink.Size => Count;

    /// <summary>Runs the same on a number of ranks, each a thread, and returns the result of each.</summary>
    public static T[] Run<T>(int count, Func<RankGroup, T> body)
    {
        var queues = new BlockingCollection<byte[]>[count, count];
        for (int i = 0; i < count; i++)
        {
            for (int j = 0; j < count; j++) queues[i, j] = [];
        }

        var results = new T[count];
        var failures = new Exception?[count];
        var threads = Enumerable.Range(0, count).Select(r => new Thread(() =>
        {
            try
            {
                using var ranks = new ThreadRanks(r, queues);
                results[r] = body(ranks);
            }
            catch (Exception exception)
            {
                failures[r] = exception;
            }
        })).ToArray();
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();
        var failed = failures.Where(f => f is not null).ToArray();
        return failed.Length == 0 ? results : throw new AggregateException(failed!);
    }

    public override void Gather(ReadOnlySpan<byte> own, Span<byte> all)
    {
        own.CopyTo(all[(own.Length * Rank)..]);
        fixed (byte* pieces = all) Collectives.Gather(this, pieces, own.Length);
    }

    public override void BeginSum(float* values, long length)
    {
        long needed = Collectives.ScratchLength(Count, length);
        if (scratch.Length < needed) scratch = new float[needed];
        fixed (float* memory = scratch) Collectives.Sum(this, values, length, memory);
    }

    public override void FinishSums()
    {
    }

    public void Exchange(int with, byte* send, long sendLength, byte* receive, long receiveLength)
    {
        queues[rank, with].Add(new ReadOnlySpan<byte>(send, (int)sendLength).ToArray());
        if (!queues[with, rank].TryTake(out byte[]? received, TimeSpan.FromSeconds(20))) throw new IOException($"Rank {with} does not answer rank {rank}.");
        received.Length.Should().Be((int)receiveLength, "both sides of an exchange agree");
        received.CopyTo(new Span<byte>(receive, (int)receiveLength));
    }
}
