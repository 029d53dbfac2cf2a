using Nin.Checkpoints;
using Nin.Data;
using Nin.Training;

namespace Nin.Model.Tests.Training;

/// <summary>A run that is stopped anywhere and resumed ends with the bits of one that never was.</summary>
public sealed class ResumeTests : StoppedRun
{
    [Fact]
    public void CancelledAfterAnyStepTheRunGoesOnToTheSameBits()
    {
        var whole = Whole();
        for (int step = 1; step <= Epochs * Steps; step++)
        {
            var options = Plain with { CheckpointFolder = Folder[$"{step}"] };
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
        // Twelve minutes are over after step 3; step 4 ends the epoch, whose checkpoint restarts the time.
        positions.Should().Equal("0.3", "0.3", "1.0", "1.0", "1.0", "1.3", "1.3", "2.0", "2.0", "2.0", "2.3", "2.3");
        epochs.Should().HaveCount(3);
    }

    [Fact]
    public void WithoutAnIntervalThereIsACheckpointAnEpoch()
    {
        using var net = Net();
        Trainer.Fit(net, Data, Keeping);
        Directory.GetDirectories(Folder["checkpoint"]).Select(Path.GetFileName).Order().Should().Equal("00000002", "00000003");
    }

    [Fact]
    public void ADiskThatFailsAtAnyOperationLosesNothing()
    {
        var whole = Whole();
        // Fourteen checkpoints, of which DiskFaultTests tries every operation; here one in nineteen, so that all kinds and places are among them.
        int failures = 0;
        for (int failAt = 1; ; failAt += 19)
        {
            var disk = new Checkpoints.FaultyDisk(failAt, forGood: failAt % 2 == 0);
            var options = Plain with { CheckpointFolder = Folder[$"disk-{failAt}"], CheckpointInterval = TimeSpan.Zero };
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

        failures.Should().BeGreaterThan(8);
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
    public void ARunThatWasKilledAfterItsLastCheckpointLeavesNothingBehind()
    {
        var options = Keeping with { CheckpointInterval = TimeSpan.Zero };
        using var net = Net();
        Trainer.Fit(net, Data, options);
        string[] whole = Folders();
        // Killed while it deleted older ones, one of which it had renamed.
        Copy(whole[^1], "00000001");
        Copy(whole[^1], ".old-00000002");
        Copy(whole[^1], ".new-99999999");
        using var again = Net();
        Trainer.Fit(again, Data, options with { Resume = true }).Should().BeEmpty();
        Folders().Should().Equal(whole);

        string[] Folders() => [.. Directory.GetDirectories(options.CheckpointFolder!).Order(StringComparer.Ordinal)];

        void Copy(string checkpoint, string name)
        {
            string copy = Directory.CreateDirectory(Path.Combine(options.CheckpointFolder!, name)).FullName;
            foreach (string file in Directory.GetFiles(checkpoint)) File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        }
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
        Refused<ArgumentException>(Keeping with { Epochs = epochs, ChangeEpochs = true }, Data, $"2 epochs are done: to continue, Epochs must be more, not {epochs}.");
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
}
