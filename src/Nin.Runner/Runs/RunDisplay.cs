using System.Diagnostics;
using Nin.Runner.Output;
using Nin.Training;
using Spectre.Console;

namespace Nin.Runner.Runs;

/// <summary>
/// Shows people how a run goes: on a terminal a bar that is drawn over, elsewhere a line every ten seconds; in both a line an epoch.
/// </summary>
sealed class RunDisplay(Report report, int batchSize)
{
    static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(10);

    /// <summary>Runs <paramref name="train"/>, which reports where it is.</summary>
    public void Show(Action<Action<TrainingProgress>> train)
    {
        if (!report.IsTerminal)
        {
            train(Lines());
            return;
        }

        var status = new StatusColumn();
        report.People.Progress()
            .AutoClear(true)
            .Columns(new SpinnerColumn(), new ProgressBarColumn { Width = 30 }, status)
            .Start(context => train(Bar(context.AddTask("training"), status)));
    }

    Action<TrainingProgress> Bar(ProgressTask task, StatusColumn status)
    {
        var pace = new RunPace(batchSize);
        return at =>
        {
            pace.Follow(at);
            status.Text = at.Completed is null ? pace.Describe(at) : "saving";
            task.MaxValue = at.Batches;
            // A task that reaches its maximum is over for Spectre; this one has more epochs to come.
            task.Value = at.Completed is null ? Math.Min(at.Batch, at.Batches - 1e-3) : 0;
            if (at.Completed is { } epoch) report.People.WriteLine(LineOf(epoch, at.Epochs));
        };
    }

    Action<TrainingProgress> Lines()
    {
        var pace = new RunPace(batchSize);
        long last = Stopwatch.GetTimestamp();
        return at =>
        {
            pace.Follow(at);
            if (at.Completed is null && Stopwatch.GetElapsedTime(last) < Heartbeat) return;
            last = Stopwatch.GetTimestamp();
            report.Note(at.Completed is { } epoch ? LineOf(epoch, at.Epochs) : pace.Describe(at));
        };
    }

    static string LineOf(EpochMetrics epoch, int epochs) =>
        $"epoch {epoch.Epoch}/{epochs}  loss {Tables.Fixed(epoch.Loss, "0.0000")}  training {Tables.Percent(epoch.TrainAccuracy)}  " +
        $"test {Tables.Percent(epoch.TestAccuracy)}  {Tables.Fixed(epoch.ExamplesPerSecond, "#,0")}/s" +
        (epoch.DeadClasses == 0 ? "" : $"  {epoch.DeadClasses} dead {(epoch.DeadClasses == 1 ? "class" : "classes")}");
}
