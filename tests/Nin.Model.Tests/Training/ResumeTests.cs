using System.Globalization;
using Nin.Checkpoints;
using Nin.Data;
using Nin.Model.Tests.Data;
using Nin.Model.Tests.Networks;
using Nin.Training;

namespace Nin.Model.Tests.Training;

/// <summary>A run that is stopped anywhere and resumed ends with the bits of one that never was.</summary>
public sealed class ResumeTests : IDisposable
{
    const int Steps = 4, Epochs = 3;

    // 27 images in batches of 8: an epoch's last batch has 3.
    static readonly TrainingData Data = new(ChannelImages.Create(27, seed: 1), ChannelImages.Create(20, seed: 2))
    {
        Augmentation = Augmentation.ShiftFlip,
        Normalization = new Normalization([0.5f], [0.25f]),
    };

    readonly TemporaryFolder folder = new();
    readonly Device device = Device.Open("cpu", threads: 1);

    static TrainerOptions Plain { get; } = new()
    {
        Epochs = Epochs,
        BatchSize = 8,
        LearningRate = 0.3,
        Schedule = new OneCycleSchedule(),
        Optimizer = p => new Sgd(p, 0.3, momentum: 0.9),
        Seed = 5,
        TimeProvider = new StandingClock(),
    };

    TrainerOptions Keeping => Plain with { CheckpointFolder = folder["checkpoint"] };

    [Fact]
    public void CancelledAfterAnyStepTheRunGoesOnToTheSameBits()
    {
        var whole = Whole();
        for (int step = 1; step <= Epochs * Steps; step++)
        {
            var options = Plain with { CheckpointFolder = folder[$"{step}"] };
            var before = Cancelled(options, step);
            var state = TrainingCheckpoint.ReadState(options.CheckpointFolder);
            // The last step of an epoch is begun still: its test has not been.
            (state.Epoch, state.Begun.Steps).Should().Be(((step - 1) / Steps, (step - 1) % Steps + 1));
            ShouldBeTheSame(before, Resumed(options), whole);
        }
    }

    [Fact]
    public void WithAnIntervalOfZeroThereIsACheckpointAfterEveryStep()
    {
        var positions = new List<string>();
        var options = Keeping with { CheckpointInterval = TimeSpan.Zero };
        using var net = Net();
        // A report of a step comes before its checkpoint.
        Trainer.Fit(net, Data, options, new Listener(_ =>
        {
            if (!TrainingCheckpoint.Exists(options.CheckpointFolder!)) return;
            var state = TrainingCheckpoint.ReadState(options.CheckpointFolder!);
            positions.Add($"{state.Epoch}.{state.Begun.Steps}");
        }));
        positions.Should().Equal("0.1", "0.2", "0.3", "0.4", "1.0", "1.1", "1.2", "1.3", "1.4", "2.0", "2.1", "2.2", "2.3", "2.4");
        TrainingCheckpoint.ReadState(options.CheckpointFolder!).Epoch.Should().Be(3);
    }

    [Fact]
    public void TheIntervalIsCountedFromTheCheckpointBefore()
    {
        var clock = new StandingClock();
        var positions = new List<string>();
        var options = Keeping with { CheckpointInterval = TimeSpan.FromMinutes(10), TimeProvider = clock };
        using var net = Net();
        var epochs = Trainer.Fit(net, Data, options, new Listener(at =>
        {
            if (at.Completed is null) clock.Move(TimeSpan.FromMinutes(4));
            if (!TrainingCheckpoint.Exists(options.CheckpointFolder!)) return;
            var state = TrainingCheckpoint.ReadState(options.CheckpointFolder!);
            positions.Add($"{state.Epoch}.{state.Begun.Steps}");
        }));
        // Twelve minutes are over after step 3; step 4 ends the epoch, whose checkpoint starts the time anew.
        positions.Should().Equal("0.3", "0.3", "1.0", "1.0", "1.0", "1.3", "1.3", "2.0", "2.0", "2.0", "2.3", "2.3");
        epochs.Should().HaveCount(3);
    }

    [Fact]
    public void WithoutAnIntervalThereIsACheckpointAnEpoch()
    {
        using var net = Net();
        Trainer.Fit(net, Data, Keeping);
        Directory.GetDirectories(folder["checkpoint"]).Select(Path.GetFileName).Order().Should().Equal("00000002", "00000003");
    }

    [Fact]
    public void ADiskThatFailsAtAnyOperationLosesNothing()
    {
        var whole = Whole();
        // Fourteen checkpoints, of which DiskFaultTests tries every operation; here one in eleven, so that all kinds and places are among them.
        int failures = 0;
        for (int failAt = 1; ; failAt += 11)
        {
            var disk = new Checkpoints.FaultyDisk(failAt, forGood: failAt % 2 == 0);
            var options = Plain with { CheckpointFolder = folder[$"disk-{failAt}"], CheckpointInterval = TimeSpan.Zero };
            var before = new List<EpochMetrics>();
            using (var net = Net())
            {
                try
                {
                    Trainer.Fit(net, Data, options with { Disk = disk }, new Listener(at => Note(before, at)));
                }
                catch (IOException)
                {
                    failures++;
                }
            }

            if (disk.Operations.Count < failAt) break;
            ShouldBeTheSame(before, Resumed(options), whole);
        }

        failures.Should().BeGreaterThan(15);
    }

    [Fact]
    public void ADamagedCheckpointIsToldAndPassedOverForTheOneBefore()
    {
        var whole = Whole();
        var options = Keeping with { CheckpointInterval = TimeSpan.Zero };
        var before = Cancelled(options, step: 7);
        string damaged = Directory.GetDirectories(options.CheckpointFolder!).Max()!;
        File.WriteAllText(Path.Combine(damaged, "state.json"), "{}");
        TrainingState? told = null;
        ShouldBeTheSame(before, Resumed(options with { Resumed = state => told = state }), whole);
        told!.PassedOver.Should().ContainSingle().Which.Should().StartWith(damaged);
        (told.Epoch, told.Begun.Steps).Should().Be((1, 2));
    }

    [Fact]
    public void AFinishedRunThatResumesHasNothingLeft()
    {
        using var net = Net();
        Trainer.Fit(net, Data, Keeping);
        using var again = Net();
        Trainer.Fit(again, Data, Keeping with { Resume = true }).Should().BeEmpty();
        Values(again).Should().Equal(Values(net));
    }

    [Fact]
    public void AtAConstantRateALongerRunHasTheBitsOfOneThatWasThatLongFromTheStart()
    {
        var constant = Keeping with { Schedule = new ConstantSchedule(), Epochs = 2 };
        using var net = Net();
        Trainer.Fit(net, Data, constant);
        var (rest, weights) = Resumed(constant with { Epochs = 3, ChangeEpochs = true });
        var (epochs, straight) = Whole(constant with { Epochs = 3, CheckpointFolder = null });
        rest.Should().Equal(epochs[2]);
        weights.Should().Equal(straight);
    }

    [Theory]
    [InlineData("onecycle")]
    [InlineData("cosine")]
    public void ALongerRunTakesTheScheduleOfTheNewTotalFromThereOn(string name)
    {
        LearningRateSchedule schedule = name == "cosine" ? new CosineSchedule() : new OneCycleSchedule();
        var options = Keeping with { Schedule = schedule };
        List<double> rates = [];
        Cancelled(options, step: 6, rates);
        using var net = Net();
        Trainer.Fit(
            net, Data, options with { Epochs = 5, Resume = true, ChangeEpochs = true },
            new Listener(at =>
            {
                if (at.Completed is null) rates.Add(at.LearningRate);
            }));
        rates.Should().Equal(Enumerable.Range(0, 20).Select(step => 0.3 * schedule.At(step, step < 6 ? 12 : 20)));
        // The checkpoint has the new total: it resumes without being asked to change.
        TrainingCheckpoint.ReadState(options.CheckpointFolder!).Run["epochs"].Should().Be("5");
        using var again = Net();
        Trainer.Fit(again, Data, options with { Epochs = 5, Resume = true }).Should().BeEmpty();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void NoMoreEpochsThanAreDoneAreRefused(int epochs)
    {
        Cancelled(Keeping, step: 9);
        Refused<ArgumentException>(Keeping with { Epochs = epochs, ChangeEpochs = true }, Data, $"2 epochs are done: to go on, Epochs must be more, not {epochs}.");
    }

    public static TheoryData<string, string> Differences => new()
    {
        { "seed", "seed is '5' in it and '6' now" },
        { "epochs", "epochs is '3' in it and '4' now. Resume with the same, or allow it with ChangeEpochs," },
        { "batch", "batchSize is '8' in it and '9' now" },
        { "rate", "learningRate is '0.3' in it and '0.25' now" },
        { "schedule", "schedule is 'Nin.Training.OneCycleSchedule' in it and 'Nin.Training.CosineSchedule' now" },
        { "optimizer", "optimizer is 'Nin.Training.Sgd' in it and 'Nin.Training.Adam' now" },
        { "momentum", "optimizerSettings is 'Momentum = 0.9, WeightDecay = 0, Nesterov = False' in it and 'Momentum = 0.9, WeightDecay = 0.5, Nesterov = False' now" },
        { "loss", "lossSettings is 'LabelSmoothing = 0' in it and 'LabelSmoothing = 0.1' now" },
        { "frozen", "frozenParameters is '' in it and 'Norm1.bias' now" },
        { "augmentation", "augmentation is 'ShiftFlip' in it and 'Flip' now" },
        { "normalization", "normalization is 'mean 0.5, std 0.25' in it and 'none' now" },
        { "count", "trainingImages is '27 x 10 x 4 x 4' in it and '26 x 10 x 4 x 4' now" },
        { "classes", "trainingClasses is 'channel 0,*' in it and 'class 0,*' now" },
        { "images", "trainingHash is '*' in it and '*' now" },
        { "test", "testHash is '*' in it and '*' now" },
    };

    [Theory, MemberData(nameof(Differences))]
    public void WhatWouldGiveOtherBitsIsNamedWithBothValues(string what, string message)
    {
        Cancelled(Keeping, step: 5);
        var options = what switch
        {
            "seed" => Keeping with { Seed = 6 },
            "epochs" => Keeping with { Epochs = 4 },
            "batch" => Keeping with { BatchSize = 9 },
            "rate" => Keeping with { LearningRate = 0.25 },
            "schedule" => Keeping with { Schedule = new CosineSchedule() },
            "optimizer" => Keeping with { Optimizer = p => new Adam(p) },
            "momentum" => Keeping with { Optimizer = p => new Sgd(p, 0.3, momentum: 0.9, weightDecay: 0.5) },
            "loss" => Keeping with { Loss = new CrossEntropyLoss(0.1) },
            _ => Keeping,
        };
        var names = Data.Training.ClassNames.Select((_, i) => $"class {i}");
        var data = what switch
        {
            "augmentation" => Data with { Augmentation = Augmentation.Flip },
            "normalization" => Data with { Normalization = null },
            "count" => Data with { Training = Data.Training.Take(26) },
            "classes" => Data with { Training = new ImageDataset(Data.Training.Pixels.ToArray(), Data.Training.Labels.ToArray(), 10, 4, 4, [.. names]) },
            "images" => Data with { Training = ChannelImages.Create(27, seed: 3) },
            "test" => Data with { Test = ChannelImages.Create(20, seed: 3) },
            _ => Data,
        };
        Refused<InvalidDataException>(options, data, $"*state.json is of another run, which cannot go on to the same bits: {message}*", freeze: what == "frozen");
    }

    [Fact]
    public void TheArgumentsOfASchedulesAreCompared()
    {
        var options = Keeping with { Schedule = new StepSchedule(3, 0.5) };
        Cancelled(options, step: 5);
        Refused<InvalidDataException>(
            options with { Schedule = new StepSchedule(3, 0.25) }, Data,
            "*scheduleSettings is 'StepSchedule { Parts = 3, Factor = 0.5 }' in it and 'StepSchedule { Parts = 3, Factor = 0.25 }' now*");
    }

    [Fact]
    public void WhatIsComparedDoesNotDependOnTheCulture()
    {
        var options = Keeping with { Schedule = new StepSchedule(3, 0.5) };
        Cancelled(options, step: 5);
        var culture = CultureInfo.CurrentCulture;
        try
        {
            var comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            comma.NumberFormat.NumberDecimalSeparator = ",";
            comma.NumberFormat.NegativeSign = "~";
            CultureInfo.CurrentCulture = comma;
            Resumed(options).Epochs.Should().HaveCount(2);
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    [Fact]
    public void ACheckpointOfALoopOfOnesOwnIsRefused()
    {
        using var net = Net();
        using var sgd = new Sgd(net.Parameters, 0.3, momentum: 0.9);
        TrainingCheckpoint.Save(folder["checkpoint"], net, sgd, new TrainingState(1, 5));
        Refused<InvalidDataException>(Keeping, Data, "*state.json was not written by Trainer: load it with TrainingCheckpoint.Load.");
    }

    [Fact]
    public void OptionsThatExcludeEachOtherAreRefused()
    {
        using var net = Net();
        TrainerOptions[] wrong =
        [
            Keeping with { CheckpointInterval = TimeSpan.FromSeconds(-1) }, Plain with { CheckpointInterval = TimeSpan.Zero }, Keeping with { ChangeEpochs = true },
        ];
        foreach (var options in wrong) FluentActions.Invoking(() => Trainer.Fit(net, Data, options)).Should().Throw<ArgumentException>();
    }

    [Theory]
    [InlineData(1, 8)]
    [InlineData(9, 8)]
    [InlineData(5, 100)]
    public void OneImageALastBatchOfOneAndABatchLargerThanTheDataTrainAndResume(int images, int batch)
    {
        var data = new TrainingData(ChannelImages.Create(images, seed: 1), ChannelImages.Create(1, seed: 2));
        var options = Keeping with { BatchSize = batch, EvaluationBatchSize = 64 };
        using var whole = Net();
        var expected = Trainer.Fit(whole, data, options with { CheckpointFolder = null });
        expected.Should().HaveCount(3).And.OnlyContain(e => double.IsFinite(e.Loss) && e.TrainAccuracy >= 0 && e.TrainAccuracy <= 1 && e.DeadClasses == 0);
        whole.TrainingSteps.Should().Be(3 * ((images + batch - 1) / batch));
        var before = Cancelled(options, step: 2, data: data);
        var (rest, weights) = Resumed(options, data);
        before.Concat(rest).Should().Equal(expected);
        weights.Should().Equal(Values(whole));
    }

    public void Dispose()
    {
        device.Dispose();
        folder.Dispose();
    }

    ChannelNet Net() => new(device, seed: 6);

    (IReadOnlyList<EpochMetrics> Epochs, float[] Weights) Whole(TrainerOptions? options = null)
    {
        using var net = Net();
        return (Trainer.Fit(net, Data, options ?? Plain), Values(net));
    }

    /// <summary>Trains until a step is done, counted from 1; the epochs that ended.</summary>
    List<EpochMetrics> Cancelled(TrainerOptions options, int step, List<double>? rates = null, TrainingData? data = null)
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

    (IReadOnlyList<EpochMetrics> Epochs, float[] Weights) Resumed(TrainerOptions options, TrainingData? data = null)
    {
        using var net = Net();
        return (Trainer.Fit(net, data ?? Data, options with { Resume = TrainingCheckpoint.Exists(options.CheckpointFolder!) }), Values(net));
    }

    void Refused<T>(TrainerOptions options, TrainingData data, string message, bool freeze = false)
        where T : Exception
    {
        using var net = Net();
        if (freeze) net.Parameters["Norm1.bias"].RequiresGradient = false;
        float[] before = Values(net);
        FluentActions.Invoking(() => Trainer.Fit(net, data, options with { Resume = true })).Should().Throw<T>()
            .WithMessage(message).And.Message.Should().NotContain("\n");
        Values(net).Should().Equal(before, "nothing is changed by a checkpoint that does not fit");
    }

    // Epochs that the checkpoint has not seen are there twice: equal, or one of them would not be the whole run's.
    static void ShouldBeTheSame(
        IEnumerable<EpochMetrics> before, (IReadOnlyList<EpochMetrics> Epochs, float[] Weights) resumed,
        (IReadOnlyList<EpochMetrics> Epochs, float[] Weights) whole)
    {
        before.Concat(resumed.Epochs).DistinctBy(e => e.Epoch).Should().Equal(whole.Epochs);
        before.Concat(resumed.Epochs).Should().BeSubsetOf(whole.Epochs);
        resumed.Weights.Should().Equal(whole.Weights);
    }

    static void Note(List<EpochMetrics> epochs, TrainingProgress at)
    {
        if (at.Completed is { } epoch) epochs.Add(epoch);
    }

    static float[] Values(ChannelNet net) => [.. net.Parameters.SelectMany(p => p.ToArray())];

    sealed class Listener(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }

    /// <summary>A clock that moves when it is told to: epochs take no time, so that their rates are equal.</summary>
    sealed class StandingClock : TimeProvider
    {
        long now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => now;

        public void Move(TimeSpan time) => now += time.Ticks;
    }
}
