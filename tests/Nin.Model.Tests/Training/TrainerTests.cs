using Nin.Checkpoints;
using Nin.Data;
using Nin.Model.Tests.Data;
using Nin.Model.Tests.Networks;
using Nin.Training;

namespace Nin.Model.Tests.Training;

public sealed class TrainerTests : IDisposable
{
    readonly TemporaryFolder folder = new();
    readonly Device device = Device.Open("cpu", threads: 1);

    static readonly TrainingData Channels = new(ChannelImages.Create(203, seed: 1), ChannelImages.Create(60, seed: 2));

    static readonly TrainerOptions Options = new() { Epochs = 4, BatchSize = 16, LearningRate = 0.5, Schedule = new OneCycleSchedule(), Seed = 3 };

    [Fact]
    public void ANetworkInNetworkLearnsTextures()
    {
        using var net = new TinyNin(device, seed: 1);
        var data = new TrainingData(SyntheticDataset.Create(300, 1, 28, 28, seed: 1), SyntheticDataset.Create(100, 1, 28, 28, seed: 2))
        {
            Normalization = new Normalization([0.5f], [0.3f]),
        };
        var options = new TrainerOptions
        {
            Epochs = 6, BatchSize = 20, LearningRate = 5e-3, Schedule = new OneCycleSchedule(), Optimizer = p => new Adam(p),
        };
        var epochs = Trainer.Fit(net, data, options);
        epochs.Select(e => e.Epoch).Should().Equal(1, 2, 3, 4, 5, 6);
        epochs[^1].Loss.Should().BeLessThan(0.8 * epochs[0].Loss);
        epochs[^1].TestAccuracy.Should().BeGreaterThan(0.3, "chance is 0.1");
        net.TrainingSteps.Should().Be(6 * 15);
    }

    [Fact]
    public void TheMetricsAreThoseOfTheRun()
    {
        using var net = new ChannelNet(device);
        var epochs = Trainer.Fit(net, Channels, Options);
        epochs[^1].TestAccuracy.Should().BeGreaterThan(0.9);
        epochs[^1].TrainAccuracy.Should().BeGreaterThan(0.8).And.BeLessThanOrEqualTo(1);
        epochs.Should().OnlyContain(e => e.ExamplesPerSecond > 0 && e.DeadClasses == 0);
        var test = Evaluation.Run(net, Channels.Test!);
        (epochs[^1].TestLoss, epochs[^1].TestAccuracy).Should().Be((test.Loss, test.Accuracy));
    }

    [Fact]
    public void AtRateZeroTheTrainingLossIsThatOfTheWeights()
    {
        using var net = new TinyNin(device, seed: 1);
        foreach (string layer in (string[])["Block1.4", "Block2.6"]) net.Parameters[$"{layer}.bias"].CopyFrom(new float[net.Parameters[$"{layer}.bias"].Length]);
        net.Parameters["Block2.6.weight"].CopyFrom(new float[120]);
        var data = SyntheticDataset.Create(35, 1, 28, 28, seed: 1);
        var epoch = Trainer.Fit(net, new(data, data), new() { Epochs = 1, BatchSize = 16, LearningRate = 0 })[0];
        // Equal logits: the loss is log 10, and the first class wins.
        epoch.Loss.Should().BeApproximately(Math.Log(10), 1e-6);
        epoch.TrainAccuracy.Should().Be(4 / 35.0);
        (epoch.TestAccuracy, epoch.DeadClasses).Should().Be((4 / 35.0, 10));
    }

    [Fact]
    public void EveryStepAndEveryEpochIsReported()
    {
        using var net = new ChannelNet(device);
        var reports = new List<TrainingProgress>();
        var epochs = Trainer.Fit(net, Channels, Options with { Epochs = 2 }, new Listener(reports.Add));
        reports.Where(r => r.Completed is null).Select(r => (r.Epoch, r.Batch))
            .Should().Equal(Enumerable.Range(0, 26).Select(i => (i / 13 + 1, i % 13 + 1)));
        reports.Where(r => r.Completed is not null).Select(r => r.Completed).Should().Equal(epochs);
        reports.Should().OnlyContain(r => r.Epochs == 2 && r.Batches == 13);
        reports[6].LearningRate.Should().BeApproximately(0.5 * 6 / 6.5, 1e-12);
        reports[13].Loss.Should().BeApproximately(epochs[0].Loss, 1e-12);
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(1, 2)]
    public void EqualSeedsGiveEqualBitsWhateverTheThreads(int epochs, int threads)
    {
        float[] Weights(int count, int prefetch)
        {
            using var own = Device.Open("cpu", count);
            using var net = new TinyNin(own, seed: 7);
            var data = new TrainingData(SyntheticDataset.Create(50, 1, 28, 28, seed: 1), SyntheticDataset.Create(10, 1, 28, 28, seed: 2))
            {
                Augmentation = Augmentation.ShiftFlip,
                Prefetch = prefetch,
            };
            Trainer.Fit(net, data, new() { Epochs = epochs, BatchSize = 16, LearningRate = 0.01, Seed = 5 });
            return [.. net.Parameters.SelectMany(p => p.ToArray())];
        }

        Weights(threads, prefetch: 2).Should().Equal(Weights(1, prefetch: 0));
    }

    [Fact]
    public void AnotherSeedGivesOtherBits()
    {
        float[] Weights(int seed)
        {
            using var net = new ChannelNet(device);
            Trainer.Fit(net, Channels, Options with { Epochs = 1, Seed = seed });
            return net.Parameters["Norm1.weight"].ToArray();
        }

        Weights(1).Should().NotEqual(Weights(2));
    }

    [Theory]
    [InlineData("sgd")]
    [InlineData("adam")]
    public void AResumedRunEqualsOneThatNeverStopped(string optimizer)
    {
        var data = new TrainingData(SyntheticDataset.Create(40, 1, 28, 28, seed: 1), SyntheticDataset.Create(20, 1, 28, 28, seed: 2))
        {
            Augmentation = Augmentation.ShiftFlip,
        };
        var options = new TrainerOptions
        {
            Epochs = 4,
            BatchSize = 16,
            LearningRate = 0.01,
            Schedule = new CosineSchedule(),
            Optimizer = p => optimizer == "adam" ? new Adam(p) : new Sgd(p, 0.01, momentum: 0.9),
            Seed = 3,
        };
        using var whole = new TinyNin(device, seed: 2);
        var expected = Trainer.Fit(whole, data, options);

        var keeping = options with { CheckpointFolder = folder["checkpoint"], CheckpointOptions = new Dictionary<string, string> { ["lr"] = "0.01" } };
        using var stop = new CancellationTokenSource();
        using var killed = new TinyNin(device, seed: 2);
        var listener = new Listener(p =>
        {
            if (p is { Epoch: 3, Batch: 2 }) stop.Cancel();
        });
        FluentActions.Invoking(() => Trainer.Fit(killed, data, keeping, listener, stop.Token)).Should().Throw<OperationCanceledException>();

        var state = TrainingCheckpoint.ReadState(folder["checkpoint"]);
        (state.Epoch, state.Seed, state.Begun.Steps, state.Options["lr"]).Should().Be((2, 3, 2, "0.01"));
        using var resumed = new TinyNin(device, seed: 2);
        var rest = Trainer.Fit(resumed, data, keeping with { Resume = true });
        rest.Select(e => e with { ExamplesPerSecond = 0 }).Should().Equal(expected.Skip(2).Select(e => e with { ExamplesPerSecond = 0 }));
        resumed.TrainingSteps.Should().Be(whole.TrainingSteps);
        foreach (var parameter in whole.Parameters)
            resumed.Parameters[parameter.Name].ToArray().Should().Equal(parameter.ToArray(), parameter.Name);
    }

    [Fact]
    public void CancellationStopsAfterAWholeStep()
    {
        using var net = new ChannelNet(device);
        using var stop = new CancellationTokenSource();
        var listener = new Listener(p =>
        {
            if (p.Batch == 5) stop.Cancel();
        });
        FluentActions.Invoking(() => Trainer.Fit(net, Channels, Options, listener, stop.Token)).Should().Throw<OperationCanceledException>();
        net.TrainingSteps.Should().Be(5);
        device.AllocatedBytes.Should().Be(net.Parameters.Bytes, "the session, the optimiser and the inputs are given back");
    }

    [Fact]
    public void ADivergedLossStopsAndSaysWhatToTry()
    {
        using var net = new ChannelNet(device);
        net.Parameters["Norm1.weight"].CopyFrom([.. Enumerable.Repeat(float.NaN, 10)]);
        FluentActions.Invoking(() => Trainer.Fit(net, Channels, Options)).Should().Throw<InvalidOperationException>()
            .WithMessage("The loss is NaN in epoch 1, step 1: training has diverged.*learning rate below 0.5*").And.Message.Should().NotContain("\n");
    }

    [Fact]
    public void AStepAllocatesNothing()
    {
        using var net = new ChannelNet(device);
        var images = ChannelImages.Create(1600, seed: 1);
        long before = 0, after = 0;
        var listener = new Listener(p =>
        {
            if (p is { Epoch: 2, Batch: 10, Completed: null }) before = GC.GetAllocatedBytesForCurrentThread();
            if (p is { Epoch: 2, Batch: 100, Completed: null }) after = GC.GetAllocatedBytesForCurrentThread();
        });
        // A checkpoint that is not due costs nothing either.
        var options = Options with { Epochs = 2, CheckpointFolder = folder["checkpoint"], CheckpointInterval = TimeSpan.FromHours(1) };
        Trainer.Fit(net, new(images, Channels.Test) { Prefetch = 0 }, options, listener);
        before.Should().BePositive();
        (after - before).Should().Be(0);
    }

    [Fact]
    public void OptionsOutOfRangeAreRefused()
    {
        using var net = new ChannelNet(device);
        TrainerOptions[] wrong =
        [
            Options with { Epochs = 0 }, Options with { BatchSize = 0 }, Options with { EvaluationBatchSize = 0 },
            Options with { LearningRate = double.NaN }, Options with { LearningRate = -1 }, Options with { Resume = true },
        ];
        foreach (var options in wrong) FluentActions.Invoking(() => Trainer.Fit(net, Channels, options)).Should().Throw<ArgumentException>();
        net.TrainingSteps.Should().Be(0);
    }

    public void Dispose()
    {
        device.Dispose();
        folder.Dispose();
    }

    sealed class Listener(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }
}
