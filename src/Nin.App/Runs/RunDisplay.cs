using System.Diagnostics;
using Nin.App.Output;
using Nin.Training;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Nin.App.Runs;

/// <summary>
/// Shows people how a run goes: on a terminal a bar that is drawn over, elsewhere a line every ten seconds; in both a line per epoch, and a warning
/// where the network stops predicting a class.
/// </summary>
/// <param name="report">Where it is printed.</param>
/// <param name="batchSize">Images per step.</param>
/// <param name="architecture">What is trained.</param>
/// <param name="heldOut">What the images are called that the network is tried on.</param>
sealed class RunDisplay(Report report, int batchSize, Architecture architecture, string heldOut)
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
        var lost = new LostClasses(architecture);
        return at =>
        {
            pace.Follow(at);
            status.Text = at.Completed is null ? pace.Describe(at) : "saving";
            task.MaxValue = at.Batches;
            // A task that reaches its maximum is over for Spectre; this one has more epochs to come.
            task.Value = at.Completed is null ? Math.Min(at.Batch, at.Batches - 1e-3) : 0;
            if (at.Completed is { } epoch) report.People.WriteLine(LineOf(epoch, at.Epochs));
            if (WarningAt(at, lost) is { } warning) report.People.WriteLine(warning);
        };
    }

    Action<TrainingProgress> Lines()
    {
        var pace = new RunPace(batchSize);
        var lost = new LostClasses(architecture);
        long last = Stopwatch.GetTimestamp();
        return at =>
        {
            pace.Follow(at);
            if (at.Completed is null && Stopwatch.GetElapsedTime(last) < Heartbeat) return;
            last = Stopwatch.GetTimestamp();
            report.Note(at.Completed is { } epoch ? LineOf(epoch, at.Epochs) : pace.Describe(at));
            if (WarningAt(at, lost) is { } warning) report.Note(warning);
        };
    }

    static string? WarningAt(in TrainingProgress at, LostClasses lost) =>
        at is { Completed: not null, Test: { } test } && lost.Warning(test) is { } warning ? $"{warning}." : null;

    string LineOf(EpochMetrics epoch, int epochs) =>
        $"epoch {epoch.Epoch}/{epochs}  loss {Tables.Fixed(epoch.Loss, "0.0000")}  training {Tables.Percent(epoch.TrainAccuracy)}  " +
        $"{heldOut} {Tables.Percent(epoch.TestAccuracy)}  {Tables.Fixed(epoch.ExamplesPerSecond, "#,0")}/s" +
        (epoch.DeadClasses == 0 ? "" : $"  {epoch.DeadClasses} dead {(epoch.DeadClasses == 1 ? "class" : "classes")}");
}

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

/// <summary>The words beside a progress bar.</summary>
sealed class StatusColumn : ProgressColumn
{
    public string Text { get; set; } = "";

    protected override bool NoWrap => true;

    public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) => new Text(Text);
}
