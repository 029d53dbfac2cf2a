using System.Diagnostics;
using Nin.Data;
using Nin.Training;

namespace Nin.Distributed.Tests;

/// <summary>
/// A program of one's own that <c>mpirun</c> starts, in which rank 1 never ends something: <c>data</c> before it trains, <c>first-step</c>, <c>step</c> and
/// <c>loader</c> a step, <c>test</c> an evaluation, <c>epoch</c> the report of an epoch. <c>leave</c> ends it with an exception that nobody told the others of;
/// <c>slow-end</c> is over when rank 0 has written its files for six seconds; in <c>slow-first-step</c> four layers of the first step take 1.5 each. <c>cuda</c> is
/// <see cref="CudaProgram"/>.
/// </summary>
static class Program
{
    const int Steps = 3;

    // A machine that runs other tests may leave a process without a processor for seconds.
    static readonly TimeSpan Silence = TimeSpan.FromSeconds(5), Timeout = TimeSpan.FromSeconds(4);

    static int Main(string[] arguments) => arguments[0] switch
    {
        "cuda" => CudaProgram.Run(arguments[1..]),
        "slow-first-step" => Train<SlowNet>(arguments[0]),
        _ => Train<PlainNet>(arguments[0]),
    };

    static int Train<T>(string what)
        where T : INetworkType<T>
    {
        using var ranks = Ranks.Initialize(new RanksOptions { Silence = Silence, Timeout = Timeout });
        int done = 0;
        void Hang(string where, int steps = Steps)
        {
            if (what != where || ranks.Rank != 1 || Volatile.Read(ref done) < steps) return;
            Console.WriteLine("it is time");
            // One in an endless computation, the others wait for what never comes.
            for (long i = 0; i >= 0; i++) Thread.Sleep(what == "step" ? 0 : 100);
        }

        Hang("data", steps: 0);
        using var device = ranks.OpenDevice("cpu", threads: 1);
        using var net = T.Create(device, seed: 1);
        var data = new TrainingData(SyntheticDataset.Create(32, 1, 28, 28, seed: 1), SyntheticDataset.Create(16, 1, 28, 28, seed: 2))
        {
            Transforms = [new Watched(() => Hang("loader"))],
        };
        bool isLong = what is not ("slow-end" or "slow-first-step");
        var options = new TrainerOptions
        {
            Epochs = isLong ? 1000 : 2, BatchSize = 16, LearningRate = 0.01, Ranks = ranks, Metrics = [new WatchedMetric(() => Hang("test"))],
            Loss = new WatchedLoss(() =>
            {
                Hang("step");
                Hang("first-step", steps: 0);
            }),
        };
        var clock = Stopwatch.StartNew();
        var progress = new Progress(at =>
        {
            if (at.Completed is not null)
            {
                Hang("epoch");
                return;
            }

            if (Interlocked.Increment(ref done) == 1 && ranks.Rank == 0) Console.WriteLine($"the first step took {clock.Elapsed.Seconds} seconds");
            if (what != "leave" || ranks.Rank != 1 || done < Steps) return;
            Console.WriteLine("it is time");
            throw new InvalidDataException("of rank 1 alone");
        });
        try
        {
            Trainer.Fit(net, data, options, progress);
        }
        catch (InvalidDataException exception)
        {
            Console.WriteLine(exception.Message);
            return 1;
        }

        if (ranks.Rank == 0 && what == "slow-end") Thread.Sleep(Silence + TimeSpan.FromSeconds(1));
        return 0;
    }

    sealed record Watched(Action Called) : Transform
    {
        public override void Apply(ImageView source, ImageView destination, TransformContext context)
        {
            Called();
            source.Pixels.CopyTo(destination.Pixels);
        }
    }

    sealed class WatchedLoss(Action called) : Loss
    {
        readonly CrossEntropyLoss loss = new();

        public override double Example(ReadOnlySpan<float> logits, int label, Span<float> gradient)
        {
            called();
            return loss.Example(logits, label, gradient);
        }
    }

    sealed class WatchedMetric(Action called) : Metric
    {
        public override string Name => "nothing";

        public override void Begin(int classes)
        {
        }

        public override void Add(ReadOnlySpan<float> logits, int label) => called();

        public override double Value() => 0;
    }

    sealed class Progress(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }
}
