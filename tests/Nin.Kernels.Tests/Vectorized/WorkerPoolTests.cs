using Nin.TestKit;
using Nin.Ops;

namespace Nin.Tests.Vectorized;

public sealed class WorkerPoolTests
{
    [Theory]
    [InlineData(1, 100)]
    [InlineData(2, 0)]
    [InlineData(2, 1)]
    [InlineData(2, 2)]
    [InlineData(4, 3)]
    [InlineData(4, 1000)]
    public void Every_piece_is_executed_once(int threads, int count)
    {
        using var pool = new WorkerPool(threads);
        for (int run = 0; run < 200; run++)
        {
            var job = new CountJob { Hits = new int[count] };
            pool.Run(count, ref job);
            job.Hits.Should().NotContain(hits => hits != 1);
        }
    }

    [Fact]
    public void Workers_are_named_by_their_own_number()
    {
        using var pool = new WorkerPool(4);
        var job = new WorkerJob { Inside = new int[pool.Threads], Clash = new bool[1] };
        pool.Run(5000, ref job);
        job.Clash[0].Should().BeFalse("two threads with one number would share scratch memory");
    }

    [Fact]
    public void Parked_workers_wake_for_a_later_run()
    {
        using var pool = new WorkerPool(2);
        for (int run = 0; run < 5; run++)
        {
            Thread.Sleep(50);
            using var together = new Barrier(2);
            var job = new MeetJob { Together = together, Met = new bool[2] };
            pool.Run(2, ref job);
            job.Met.Should().OnlyContain(met => met, "each piece waits for the other, on another thread");
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void A_failure_reaches_the_caller_and_the_pool_goes_on(int threads)
    {
        using var pool = new WorkerPool(threads);
        var failing = new FailJob();
        Action run = () => pool.Run(50, ref failing);
        run.Should().Throw<InvalidOperationException>().WithMessage("piece 17");

        var job = new CountJob { Hits = new int[50] };
        pool.Run(50, ref job);
        job.Hits.Should().NotContain(hits => hits != 1);
    }

    [Fact]
    public void Runs_from_inside_a_job_and_from_other_threads_complete()
    {
        using var pool = new WorkerPool(2);
        Parallel.For(0, 4, _ =>
        {
            for (int run = 0; run < 50; run++)
            {
                var outer = new NestedJob { Pool = pool, Hits = new int[60] };
                pool.Run(6, ref outer);
                outer.Hits.Should().OnlyContain(hits => hits == 1);
            }
        });
    }

    [Fact]
    public void A_second_run_gets_a_worker_while_another_is_under_way()
    {
        using var pool = new WorkerPool(2);
        using var started = new ManualResetEventSlim();
        using var over = new ManualResetEventSlim();
        var first = new Thread(() =>
        {
            var job = new UntilJob { Started = started, Over = over };
            pool.Run(100_000, ref job);
        });
        first.Start();
        started.Wait();
        using var together = new Barrier(2);
        var second = new MeetJob { Together = together, Met = new bool[2] };
        pool.Run(2, ref second);
        over.Set();
        first.Join();
        second.Met.Should().OnlyContain(met => met, "its two pieces wait for each other, so one of them ran on the worker");
    }

    [Fact]
    public void More_runs_at_once_than_the_pool_has_slots_for_complete()
    {
        using var pool = new WorkerPool(3);
        var callers = Enumerable.Range(0, 40).Select(_ => new Thread(() =>
        {
            for (int run = 0; run < 50; run++)
            {
                var job = new CountJob { Hits = new int[20] };
                pool.Run(20, ref job);
                job.Hits.Should().OnlyContain(hits => hits == 1);
            }
        })).ToList();
        callers.ForEach(c => c.Start());
        callers.ForEach(c => c.Join());
    }

    [Fact]
    public void A_run_wakes_no_more_threads_than_it_has_pieces_for()
    {
        using var pool = new WorkerPool(64);
        for (int run = 0; run < 20; run++)
        {
            // Long enough for all workers to park again.
            Thread.Sleep(20);
            int before = pool.Wakes;
            var job = new CountJob { Hits = new int[3] };
            pool.Run(3, ref job);
            (pool.Wakes - before).Should().BeLessThanOrEqualTo(2, "the caller computes one of the three pieces itself");
        }
    }

    [Fact]
    public void Far_more_threads_than_cores_finish_in_little_more_time()
    {
        // Two threads on each core are the base, so that a machine with many cores is judged alike. The bound is wide: a collapse is a hundredfold.
        TimeSpan few = Time(2 * Environment.ProcessorCount), many = Time(32 * Environment.ProcessorCount);
        many.Should().BeLessThan(few * 15 + TimeSpan.FromSeconds(1));

        static TimeSpan Time(int threads)
        {
            using var pool = new WorkerPool(threads);
            var clock = System.Diagnostics.Stopwatch.StartNew();
            for (int run = 0; run < 1000; run++)
            {
                var job = new SpinJob();
                pool.Run(64, ref job);
            }

            return clock.Elapsed;
        }
    }

    [Fact]
    public void Disposing_twice_does_no_harm()
    {
        var pool = new WorkerPool(3);
        pool.Dispose();
        pool.Dispose();
    }

    [Fact]
    public void A_run_allocates_nothing()
    {
        using var pool = new WorkerPool(2);
        var job = new CountJob { Hits = new int[64] };
        Allocations.OnThread(100, () => pool.Run(64, ref job)).Should().Be(0);
    }

    [Fact]
    public void A_disposed_pool_says_so()
    {
        var pool = new WorkerPool(2);
        pool.Dispose();
        var job = new CountJob { Hits = new int[2] };
        Action run = () => pool.Run(2, ref job);
        run.Should().Throw<ObjectDisposedException>();
    }

    struct CountJob : IJob
    {
        public int[] Hits;

        public void Execute(int index, int worker) => Interlocked.Increment(ref Hits[index]);
    }

    struct SpinJob : IJob
    {
        public void Execute(int index, int worker) => Thread.SpinWait(50);
    }

    /// <summary>Takes its time until it is over.</summary>
    struct UntilJob : IJob
    {
        public ManualResetEventSlim Started;
        public ManualResetEventSlim Over;

        public void Execute(int index, int worker)
        {
            Started.Set();
            if (!Over.IsSet) Thread.Sleep(1);
        }
    }

    struct WorkerJob : IJob
    {
        public int[] Inside;
        public bool[] Clash;

        public void Execute(int index, int worker)
        {
            if (Interlocked.Increment(ref Inside[worker]) != 1)
            {
                Clash[0] = true;
            }

            Thread.SpinWait(20);
            Interlocked.Decrement(ref Inside[worker]);
        }
    }

    struct MeetJob : IJob
    {
        public Barrier Together;
        public bool[] Met;

        public void Execute(int index, int worker) => Met[index] = Together.SignalAndWait(TimeSpan.FromSeconds(30));
    }

    struct FailJob : IJob
    {
        public void Execute(int index, int worker)
        {
            if (index == 17)
            {
                throw new InvalidOperationException("piece 17");
            }
        }
    }

    struct NestedJob : IJob
    {
        public WorkerPool Pool;
        public int[] Hits;

        public void Execute(int index, int worker)
        {
            var inner = new OffsetJob { Hits = Hits, Offset = index * 10 };
            Pool.Run(10, ref inner);
        }
    }

    struct OffsetJob : IJob
    {
        public int[] Hits;
        public int Offset;

        public void Execute(int index, int worker) => Interlocked.Increment(ref Hits[Offset + index]);
    }
}
