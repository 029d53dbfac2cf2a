using System.Diagnostics.Metrics;
using Nin.Checkpoints;
using Nin.Data;
using Nin.Training;

namespace Nin.Model.Tests.Training;

/// <summary>A validation set decides, the test set only reports; all of it resumes to the same bits.</summary>
public sealed class ValidationTests : StoppedRun
{
    static readonly TrainingData Validated = Data with { Validation = ChannelImages.Create(15, seed: 4) };

    static TrainerOptions Choosing(TrainerOptions options) => options with
    {
        BestWeights = BestWeights.ByLoss, RestoreBestWeights = true,
        Optimizer = p => new Sgd(p, 0.3, momentum: 0.9) { AverageDecay = 0.5, MaxGradientNorm = 1 },
    };

    [Fact]
    public void The_best_epoch_by_validation_is_what_the_network_ends_with()
    {
        using var net = Net();
        var epochs = Trainer.Fit(net, Validated, Choosing(Plain));
        epochs.Should().OnlyContain(e => e.ValidationLoss > 0 && e.ValidationAccuracy >= 0);
        var best = epochs.MinBy(e => e.ValidationLoss)!;
        epochs.Last(e => e.IsBest).Should().Be(best);
        Evaluation.Run(net, Validated.Validation!, Validated.Normalization).Loss.Should().Be(best.ValidationLoss);
    }

    [Fact]
    public void Without_a_validation_the_numbers_are_those_with_one()
    {
        using Network net = new(Net()), other = new(Net());
        var with = Trainer.Fit(net.Net, Validated, Plain);
        var without = Trainer.Fit(other.Net, Data, Plain);
        with.Select(e => e with { ValidationLoss = null, ValidationAccuracy = null }).Should().Equal(without);
        Values(net.Net).Should().Equal(Values(other.Net));
        using var third = Net();
        Trainer.Fit(third, new TrainingData(Data.Training) { Augmentation = Data.Augmentation, Normalization = Data.Normalization }, Plain)
            .Should().OnlyContain(e => double.IsNaN(e.TestLoss));
        Values(third).Should().Equal(Values(other.Net));
    }

    [Fact]
    public void Patience_ends_the_run_after_epochs_that_are_no_better()
    {
        using var net = Net();
        var options = Plain with { Epochs = 9, LearningRate = 0, Schedule = new ConstantSchedule(), BestWeights = BestWeights.ByAccuracy, Patience = 2 };
        // At rate 0 running statistics alone move, and the accuracy soon stays the same.
        var epochs = Trainer.Fit(net, Validated, options);
        int best = epochs.Last(e => e.IsBest).Epoch;
        epochs.Should().HaveCount(best + 2).And.HaveCountLessThan(9);
    }

    [Fact]
    public void Stopped_after_any_step_a_run_with_everything_on_ends_with_the_same_bits()
    {
        float[] want;
        IReadOnlyList<EpochMetrics> epochs;
        using (var net = Net()) (epochs, want) = (Trainer.Fit(net, Validated, Choosing(Plain)), Values(net));
        for (int step = 1; step <= Epochs * Steps; step += 2)
        {
            var options = Choosing(Plain) with { CheckpointFolder = Folder[$"{step}"] };
            var before = Cancelled(options, step, data: Validated);
            var resumed = Resumed(options, Validated);
            before.Concat(resumed.Epochs).DistinctBy(e => e.Epoch).Should().Equal(epochs, $"stopped after step {step}");
            resumed.Weights.Should().Equal(want, $"stopped after step {step}");
        }
    }

    [Fact]
    public void Patience_goes_on_where_it_was()
    {
        var options = Plain with { Epochs = 9, LearningRate = 0, BestWeights = BestWeights.ByAccuracy, Patience = 3, Schedule = new ConstantSchedule() };
        IReadOnlyList<EpochMetrics> whole;
        using (var net = Net()) whole = Trainer.Fit(net, Validated, options);
        var keeping = options with { CheckpointFolder = Folder["patience"] };
        Cancelled(keeping, (whole.Count - 1) * Steps + 1, data: Validated);
        TrainingCheckpoint.ReadState(Folder["patience"]).Best!.Waited.Should().Be(2);
        Resumed(keeping, Validated).Epochs.Select(e => e.Epoch).Should().Equal(whole.Count);
        Resumed(keeping, Validated).Epochs.Should().BeEmpty("the run is over");
    }

    [Fact]
    public void Cancelled_it_returns_what_was_reached_where_asked_to()
    {
        using var net = Net();
        using var stop = new CancellationTokenSource();
        var listener = new Listener(at =>
        {
            if (at is { Epoch: 2, Batch: 2 }) stop.Cancel();
        });
        Trainer.Fit(net, Data, Plain with { ReturnsWhenCancelled = true }, listener, stop.Token).Should().HaveCount(1);
        net.TrainingSteps.Should().Be(Steps + 2);
    }

    [Fact]
    public void Options_that_do_not_fit_together_are_refused()
    {
        using var net = Net();
        void Refuse(TrainingData data, TrainerOptions options, string message) =>
            FluentActions.Invoking(() => Trainer.Fit(net, data, options)).Should().Throw<ArgumentException>().WithMessage(message);
        Refuse(Data, Plain with { BestWeights = BestWeights.ByLoss }, "*give the data a Validation set*");
        Refuse(Validated, Plain with { Patience = 1 }, "*set BestWeights*");
        Refuse(Validated, Plain with { RestoreBestWeights = true }, "*set BestWeights*");
        Refuse(Validated, Plain with { BestWeights = BestWeights.ByLoss, Patience = 0 }, "*1 epoch or more*");
        Refuse(Data, Plain with { Metrics = [new MacroF1(), new MacroF1()] }, "*Two metrics have one name*");
    }

    [Fact]
    public void Metrics_see_the_logits_and_labels_of_each_evaluation()
    {
        using var net = Net();
        var tests = new List<EvaluationResult>();
        var listener = new Listener(at =>
        {
            if (at.Test is { } test) tests.Add(test);
        });
        Trainer.Fit(net, Data, Plain with { Metrics = [new TopKAccuracy(1), new TopKAccuracy(10), new MacroF1()] }, listener);
        tests.Should().HaveCount(Epochs).And.OnlyContain(t => t.Metrics!["accuracy"] == t.Accuracy && t.Metrics["top10Accuracy"] == 1);
        var f1 = tests[^1].Classes.Select(c => c.Precision + c.Recall == 0 ? 0 : 2 * c.Precision * c.Recall / (c.Precision + c.Recall)).Average();
        tests[^1].Metrics!["macroF1"].Should().BeApproximately(f1, 1e-12);
    }

    [Fact]
    public void Top_k_counts_the_first_of_equal_logits()
    {
        var top = new TopKAccuracy(2);
        top.Begin(3);
        top.Add([1, 1, 1], 1);
        top.Add([1, 1, 1], 2);
        top.Add([0, 2, float.NaN], 2);
        top.Value().Should().Be(1 / 3.0);
    }

    [Fact]
    public void A_listener_to_the_meter_hears_of_every_step()
    {
        long examples = 0;
        int losses = 0, times = 0;
        int thread = Environment.CurrentManagedThreadId;
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, l) =>
            {
                if (instrument.Meter.Name == "Nin.Training") l.EnableMeasurementEvents(instrument);
            },
        };
        // Other tests train meanwhile, on threads of their own.
        listener.SetMeasurementEventCallback<long>((_, n, _, _) => examples += Environment.CurrentManagedThreadId == thread ? n : 0);
        listener.SetMeasurementEventCallback<double>((instrument, _, _, _) =>
        {
            if (Environment.CurrentManagedThreadId != thread) return;
            if (instrument.Name == "nin.training.loss") losses++;
            if (instrument.Name == "nin.training.step.duration") times++;
        });
        listener.Start();
        using var net = Net();
        Trainer.Fit(net, Data, Plain);
        (examples, losses, times).Should().Be((27L * Epochs, Steps * Epochs, Steps * Epochs));
    }

    [Fact]
    public void The_rate_finder_puts_everything_back_and_suggests_a_rate_that_learns()
    {
        using var net = Net();
        using var trained = Net();
        var images = new TrainingData(ChannelImages.Create(200, seed: 1));
        float[] before = Values(net);
        var found = LearningRateFinder.Run(net, images, new() { BatchSize = 20, Seed = 1 }, from: 1e-4, to: 100, steps: 60);
        Values(net).Should().Equal(before);
        net.TrainingSteps.Should().Be(0);
        found.Points.Should().HaveCountGreaterThan(10).And.BeInAscendingOrder(p => p.LearningRate);
        found.Points[0].LearningRate.Should().BeApproximately(1e-4, 1e-12);
        found.Suggested.Should().BeInRange(1e-3, 50);
        var epochs = Trainer.Fit(trained, images, new() { Epochs = 5, BatchSize = 20, LearningRate = found.Suggested });
        epochs[^1].Loss.Should().BeLessThan(epochs[0].Loss);
        LearningRateFinder.Run(net, images, new() { BatchSize = 20, Seed = 1 }, from: 1e-4, to: 100, steps: 60).Points.Should().Equal(found.Points);
        FluentActions.Invoking(() => LearningRateFinder.Run(net, images, new(), from: 1, to: 0.1)).Should().Throw<ArgumentException>();
    }

    sealed class Network(ChannelNet net) : IDisposable
    {
        public ChannelNet Net => net;

        public void Dispose() => net.Dispose();
    }
}
