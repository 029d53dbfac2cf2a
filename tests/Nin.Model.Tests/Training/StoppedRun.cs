using Nin.Checkpoints;
using Nin.Data;
using Nin.Model.Tests.Data;
using Nin.Training;

namespace Nin.Model.Tests.Training;

/// <summary>A short run that tests stop, resume and compare.</summary>
public abstract class StoppedRun : IDisposable
{
    private protected const int Steps = 4, Epochs = 3;

    // 27 images in batches of 8: an epoch's last batch has 3.
    private protected static readonly TrainingData Data = new(ChannelImages.Create(27, seed: 1), ChannelImages.Create(20, seed: 2))
    {
        Augmentation = Augmentation.ShiftFlip,
        Normalization = new Normalization([0.5f], [0.25f]),
    };

    private protected TemporaryFolder Folder { get; } = new();
    readonly Device device = Device.Open("cpu", threads: 1);

    private protected static TrainerOptions Plain { get; } = new()
    {
        Epochs = Epochs,
        BatchSize = 8,
        LearningRate = 0.3,
        Schedule = new OneCycleSchedule(),
        Optimizer = p => new Sgd(p, 0.3, momentum: 0.9),
        Seed = 5,
        TimeProvider = new StandingClock(),
    };

    private protected TrainerOptions Keeping => Plain with { CheckpointFolder = Folder["checkpoint"] };

    public void Dispose()
    {
        device.Dispose();
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected ChannelNet Net() => new(device, seed: 6);

    private protected (IReadOnlyList<EpochMetrics> Epochs, float[] Weights) Whole(TrainerOptions? options = null)
    {
        using var net = Net();
        return (Trainer.Fit(net, Data, options ?? Plain), Values(net));
    }

    /// <summary>Trains until a step is done, counted from 1; the epochs that ended.</summary>
    private protected List<EpochMetrics> Cancelled(TrainerOptions options, int step, List<double>? rates = null, TrainingData? data = null)
    {
        List<EpochMetrics> epochs = [];
        using var net = Net();
        using var stop = new CancellationTokenSource();
        int done = 0;
        var listener = new Listener(at =>
        {
            Note(epochs, at);
            if (at.Completed is not null) return;
            rates?.Add(at.LearningRate);
            if (++done == step) stop.Cancel();
        });
        FluentActions.Invoking(() => Trainer.Fit(net, data ?? Data, options, listener, stop.Token)).Should().Throw<OperationCanceledException>();
        return epochs;
    }

    private protected (IReadOnlyList<EpochMetrics> Epochs, float[] Weights) Resumed(TrainerOptions options, TrainingData? data = null)
    {
        using var net = Net();
        return (Trainer.Fit(net, data ?? Data, options with { Resume = TrainingCheckpoint.Exists(options.CheckpointFolder!) }), Values(net));
    }

    private protected void Refused<T>(TrainerOptions options, TrainingData data, string message, bool freeze = false)
        where T : Exception
    {
        using var net = Net();
        if (freeze) net.Parameters["Norm1.bias"].RequiresGradient = false;
        float[] before = Values(net);
        FluentActions.Invoking(() => Trainer.Fit(net, data, options with { Resume = true })).Should().Throw<T>()
            .WithMessage(message).And.Message.Should().NotContain("\n");
        Values(net).Should().Equal(before, "nothing is changed by a checkpoint that does not fit");
    }

    // Epochs that the checkpoint has not seen occur twice: equal, or one of them would not be the whole run's.
    private protected static void ShouldBeTheSame(
        IEnumerable<EpochMetrics> before, (IReadOnlyList<EpochMetrics> Epochs, float[] Weights) resumed,
        (IReadOnlyList<EpochMetrics> Epochs, float[] Weights) whole)
    {
        before.Concat(resumed.Epochs).DistinctBy(e => e.Epoch).Should().Equal(whole.Epochs);
        before.Concat(resumed.Epochs).Should().BeSubsetOf(whole.Epochs);
        resumed.Weights.Should().Equal(whole.Weights);
    }

    private protected static void Note(List<EpochMetrics> epochs, TrainingProgress at)
    {
        if (at.Completed is { } epoch) epochs.Add(epoch);
    }

    private protected static float[] Values(ChannelNet net) => [.. net.Parameters.SelectMany(p => p.ToArray())];

    private protected sealed class Listener(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }

    /// <summary>A clock that moves when it is told to: epochs take no time, so that their rates are equal.</summary>
    private protected sealed class StandingClock : TimeProvider
    {
        long now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => now;

        public void Move(TimeSpan time) => now += time.Ticks;
    }
}
