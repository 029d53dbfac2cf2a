using System.Diagnostics;
using Nin.Training;

namespace Nin.Runner.Runs;

/// <summary>How fast a run goes, and how long it will take, in words.</summary>
sealed class RunPace(int batchSize)
{
    long started;
    int epoch, firstBatch;

    /// <summary><c>epoch 2/3   57 %   loss 0.4312   4,012/s   1:07 left</c>.</summary>
    public string Describe(in TrainingProgress at)
    {
        string done = $"epoch {at.Epoch}/{at.Epochs}  {100 * at.Batch / at.Batches,3} %  loss {Output.Tables.Fixed(at.Loss, "0.0000")}";
        if (at.Batch == at.Batches) return $"{done}  testing";
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        if (at.Batch == firstBatch || seconds <= 0) return done;
        double perSecond = (at.Batch - firstBatch) / seconds;
        double left = (at.Batches - at.Batch + (double)(at.Epochs - at.Epoch) * at.Batches) / perSecond;
        return $"{done}  {Output.Tables.Fixed(perSecond * batchSize, "#,0")}/s  {Duration(left)} left";
    }

    /// <summary>Starts the clock anew with each epoch's first report, so that tests and compilation do not count.</summary>
    public void Follow(in TrainingProgress at)
    {
        if (at.Epoch == epoch) return;
        epoch = at.Epoch;
        firstBatch = at.Batch;
        started = Stopwatch.GetTimestamp();
    }

    /// <summary><c>1:07</c> or <c>2:01:07</c>.</summary>
    public static string Duration(double seconds)
    {
        var span = TimeSpan.FromSeconds(Math.Clamp(seconds, 0, 1e8));
        return span.TotalHours >= 1
            ? $"{(int)span.TotalHours}:{span.Minutes:00}:{span.Seconds:00}"
            : $"{span.Minutes}:{span.Seconds:00}";
    }
}
