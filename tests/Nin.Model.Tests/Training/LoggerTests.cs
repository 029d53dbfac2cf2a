using Microsoft.Extensions.Logging;
using Nin.Training;

namespace Nin.Model.Tests.Training;

/// <summary>A host's logger reads what a run does, in lines whose values have names.</summary>
public sealed class LoggerTests : StoppedRun
{
    readonly Lines log = new();

    [Fact]
    public void A_logger_hears_the_beginning_and_each_epoch()
    {
        using var net = Net();
        var epochs = Trainer.Fit(net, Data, Plain with { Logger = log });
        log.All.Should().HaveCount(1 + Epochs);
        log.All[0].Should().Match($"Information: Training ChannelNet on cpu: 27 images, {Epochs} epochs of {Steps} steps, * parameters");
        for (int i = 0; i < Epochs; i++)
            log.All[1 + i].Should().StartWith($"Information: Epoch {i + 1}/{Epochs}: loss {epochs[i].Loss:F4}, training accuracy {epochs[i].TrainAccuracy:F4}, ");
        log.Names.Should().Contain(["Epoch", "Loss", "TestAccuracy", "ExamplesPerSecond"]);
    }

    [Fact]
    public void A_stop_and_going_on_are_told_and_change_no_bit()
    {
        var options = Keeping with { Logger = log };
        var before = Cancelled(options, Steps + 2);
        ShouldBeTheSame(before, Resumed(options), Whole());
        log.All.Should().ContainInOrder(
            "Information: Cancelled in epoch 2, after 2 of its steps",
            $"Information: Resuming after 1 epochs and 2 steps, from the checkpoint in {Folder["checkpoint"]}");
    }

    [Fact]
    public void An_early_end_says_why()
    {
        using var net = Net();
        Trainer.Fit(net, Data with { Validation = Data.Test }, Plain with
        {
            Epochs = 9, LearningRate = 0, Schedule = new ConstantSchedule(), BestWeights = BestWeights.ByAccuracy, Patience = 2, Logger = log,
        });
        log.All[^1].Should().Match("Information: Stopped after epoch *: the 2 last were no better than the best");
    }

    sealed class Lines : ILogger
    {
        public List<string> All { get; } = [];

        public HashSet<string> Names { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            All.Add($"{logLevel}: {formatter(state, exception)}");
            if (state is IReadOnlyList<KeyValuePair<string, object?>> values) Names.UnionWith(values.Select(v => v.Key));
        }
    }
}
