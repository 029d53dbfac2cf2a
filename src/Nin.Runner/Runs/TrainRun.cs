using System.Diagnostics;
using Nin.Checkpoints;
using Nin.Data;
using Nin.Runner.Output;
using Nin.Runner.Plots;
using Nin.Runner.Results;
using Nin.Training;

namespace Nin.Runner.Runs;

/// <summary>A run from its first epoch, or from its checkpoint, to its pictures.</summary>
sealed class TrainRun(ModelEntry model, TrainSettings settings, RunFolder folder, RunData data, Report report)
{
    readonly List<EpochMetrics> epochs = [];
    EvaluationResult? test;

    /// <summary>Trains, writing weights, metrics and a checkpoint after each epoch, and draws at the end.</summary>
    /// <exception cref="OperationCanceledException">The user interrupted it; all files are whole.</exception>
    public TrainResult Execute(INetwork network, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var options = Recipe.Options(settings, folder.CheckpointFolder);
        // The rows are written before the checkpoint: a program killed between the two has one too many.
        if (options.Resume) epochs.AddRange(folder.ReadMetrics().Take(TrainingCheckpoint.ReadState(folder.CheckpointFolder).Epoch));
        var images = new TrainingData(data.Training!, data.Test)
        {
            Normalization = data.Normalization,
            Augmentation = Recipe.Augmentation(settings.Augment),
        };
        new RunDisplay(report, settings.Batch).Show(
            display => Trainer.Fit(network, images, options, new Recorder(this, network, display), cancellation));
        test ??= Evaluation.Run(network, data.Test, data.Normalization, cancellation: cancellation);
        Draw();
        return ResultOf(epochs[^1], network.Device, clock.Elapsed.TotalSeconds);
    }

    /// <summary>Epochs that are done and kept.</summary>
    public int EpochsDone => epochs.Count;

    void Record(INetwork network, EpochMetrics epoch, EvaluationResult? tested)
    {
        epochs.Add(epoch);
        test = tested;
        Checkpoint.Save(network, folder.Weights, new Dictionary<string, string> { [WeightsMetadata.Dataset] = settings.Dataset });
        folder.Write(epochs);
        report.Line(EpochResult.Of(epoch), RunnerJson.Lines.EpochResult);
    }

    void Draw()
    {
        if (!PlotFont.Install())
            report.Note("no font on this machine: the pictures have no text. Install one, such as the package fonts-dejavu-core.");
        RunFolder.Write(folder.Curves, CurvesPlot.Draw(model.Id, epochs));
        string title = $"{model.Id}: {Tables.Percent(test!.Accuracy)} of {Tables.Count(test.Examples)} test images";
        RunFolder.Write(folder.Confusion, ConfusionPlot.Draw(title, test.Confusion, data.Test.ClassNames));
    }

    TrainResult ResultOf(EpochMetrics last, Device device, double seconds) => new(
        last.Epoch, last.Loss, last.TrainAccuracy, last.TestAccuracy, last.ExamplesPerSecond, last.DeadClasses,
        folder.Path, device.Id, seconds);

    /// <summary>Not <see cref="Progress{T}"/>, which would report on other threads and late.</summary>
    sealed class Recorder(TrainRun run, INetwork network, Action<TrainingProgress> display) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Completed is { } epoch) run.Record(network, epoch, value.Test);
            display(value);
        }
    }
}

/// <summary>Everything that decides what a run computes, but for its data and its model. A manifest keeps it as <c>options</c>.</summary>
sealed record TrainSettings
{
    public int Epochs { get; init; } = 3;

    public int Batch { get; init; } = 128;

    public double Lr { get; init; } = 0.1;

    /// <summary>Of SGD, by Nesterov's rule where it is above 0.</summary>
    public double Momentum { get; init; } = 0.9;

    public double WeightDecay { get; init; } = 5e-4;

    public string Schedule { get; init; } = "onecycle";

    public string Optimizer { get; init; } = "sgd";

    public string Init { get; init; } = "he";

    public string Augment { get; init; } = "none";

    public int Seed { get; init; }

    /// <summary>Training examples that are used, from the first; null for all.</summary>
    public int? Limit { get; init; }

    public string Dataset { get; init; } = "fashion-mnist";

    /// <summary>Minutes on two cores to above 0.9: one cycle of Nesterov momentum. These are also the defaults.</summary>
    public static TrainSettings Quick { get; } = new();

    /// <summary>The same for deep networks without normalisation, whose ReLUs die at ten times the rate.</summary>
    public static TrainSettings Plain { get; } = Quick with { Lr = 0.01 };

    /// <summary>As chapter 7.3 of the book trains it.</summary>
    public static TrainSettings Book { get; } = new()
    {
        Epochs = 10, Momentum = 0, WeightDecay = 0, Schedule = "constant", Init = "xavier",
    };

    /// <summary>The settings that a preset's name stands for.</summary>
    public static TrainSettings Preset(string name) => name == "book" ? Book : Quick;
}

/// <summary>The library's objects that the words of <see cref="TrainSettings"/> stand for.</summary>
static class Recipe
{
    public static string[] Schedules { get; } = ["constant", "step", "cosine", "onecycle"];

    public static string[] Optimizers { get; } = ["sgd", "adam", "adamw"];

    public static string[] Inits { get; } = ["xavier", "he"];

    public static string[] Augmentations { get; } = ["none", "flip", "shift-flip"];

    public static TrainerOptions Options(TrainSettings settings, string checkpointFolder) => new()
    {
        Epochs = settings.Epochs,
        BatchSize = settings.Batch,
        LearningRate = settings.Lr,
        Schedule = Schedule(settings.Schedule),
        Optimizer = parameters => Optimizer(settings, parameters),
        Seed = settings.Seed,
        CheckpointFolder = checkpointFolder,
        Resume = Checkpoints.TrainingCheckpoint.Exists(checkpointFolder),
    };

    public static Init Init(string name) => name == "xavier" ? Nin.Init.Xavier : Nin.Init.He;

    public static Augmentation Augmentation(string name) => name switch
    {
        "flip" => Data.Augmentation.Flip,
        "shift-flip" => Data.Augmentation.ShiftFlip,
        _ => Data.Augmentation.None,
    };

    static LearningRateSchedule Schedule(string name) => name switch
    {
        "step" => new StepSchedule(),
        "cosine" => new CosineSchedule(),
        "onecycle" => new OneCycleSchedule(),
        _ => new ConstantSchedule(),
    };

    static Optimizer Optimizer(TrainSettings settings, ParameterSet parameters) => settings.Optimizer == "sgd"
        ? new Sgd(parameters, settings.Lr, settings.Momentum, settings.WeightDecay, nesterov: settings.Momentum > 0)
        : new Adam(parameters, settings.Lr, weightDecay: settings.WeightDecay, decoupled: settings.Optimizer == "adamw");
}
