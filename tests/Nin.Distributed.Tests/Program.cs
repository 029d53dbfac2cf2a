using Nin.Data;
using Nin.Training;

namespace Nin.Distributed.Tests;

/// <summary>
/// A program of one's own that <c>mpirun</c> starts: <c>step</c> and <c>loader</c> train, and after the third step rank 1 never ends its part of the next one;
/// <c>leave</c> ends there with an exception that nobody told the others of; <c>slow-end</c> is over when rank 0 has written its files for six seconds.
/// </summary>
static class Program
{
    const int Steps = 3;

    static readonly TimeSpan Silence = TimeSpan.FromSeconds(2);

    static int Main(string[] arguments)
    {
        using var ranks = Ranks.Initialize(new RanksOptions { Silence = Silence });
        using var device = ranks.OpenDevice("cpu", threads: 1);
        using var net = new PlainNet(device, seed: 1);
        int done = 0;
        bool IsTime(string what) => ranks.Rank == 1 && Volatile.Read(ref done) >= Steps && arguments[0] == what;
        var data = new TrainingData(SyntheticDataset.Create(32, 1, 28, 28, seed: 1), SyntheticDataset.Create(16, 1, 28, 28, seed: 2))
        {
            Transforms = [new Endless(() => IsTime("loader"))],
        };
        var options = new TrainerOptions
        {
            Epochs = arguments[0] == "slow-end" ? 2 : 1000, BatchSize = 16, LearningRate = 0.01, Ranks = ranks, Loss = new EndlessLoss(() => IsTime("step")),
        };
        var progress = new Progress(() =>
        {
            if (Interlocked.Increment(ref done) == Steps && ranks.Rank == 1) Console.WriteLine("it is time");
            if (IsTime("leave")) throw new InvalidDataException("of rank 1 alone");
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

        if (ranks.Rank == 0) Thread.Sleep(3 * Silence);
        return 0;
    }

    static void LoopFor(Func<bool> isTime)
    {
        for (long i = 0; isTime(); i++)
        {
        }
    }

    sealed record Endless(Func<bool> IsTime) : Transform
    {
        public override void Apply(ImageView source, ImageView destination, TransformContext context)
        {
            LoopFor(IsTime);
            source.Pixels.CopyTo(destination.Pixels);
        }
    }

    sealed class EndlessLoss(Func<bool> isTime) : Loss
    {
        readonly CrossEntropyLoss loss = new();

        public override double Example(ReadOnlySpan<float> logits, int label, Span<float> gradient)
        {
            LoopFor(isTime);
            return loss.Example(logits, label, gradient);
        }
    }

    sealed class Progress(Action step) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Completed is null) step();
        }
    }
}
