using System.Diagnostics.Metrics;

namespace Nin.Training;

/// <summary>
/// The meter "Nin.Training", for OpenTelemetry or <c>dotnet-counters</c>: <c>nin.training.examples</c> (its rate is examples a second),
/// <c>nin.training.step.duration</c> in seconds and <c>nin.training.loss</c>. Without a listener each costs a look at a field, and nothing is allocated.
/// </summary>
sealed class TrainingMeter : IDisposable
{
    public const string Name = "Nin.Training";

    readonly Meter meter = new(Name);
    readonly Counter<long> examples;
    readonly Histogram<double> duration;
    readonly Histogram<double> loss;

    public TrainingMeter()
    {
        examples = meter.CreateCounter<long>("nin.training.examples", "{example}", "Training examples seen.");
        duration = meter.CreateHistogram<double>("nin.training.step.duration", "s", "Time of a training step, with its wait for the batch.");
        loss = meter.CreateHistogram<double>("nin.training.loss", null, "Mean loss of a step's batch, before its update.");
    }

    public void Step(int count, double seconds, double value)
    {
        if (examples.Enabled) examples.Add(count);
        if (duration.Enabled) duration.Record(seconds);
        if (loss.Enabled) loss.Record(value);
    }

    public void Dispose() => meter.Dispose();
}
