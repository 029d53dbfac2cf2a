using System.Text.Json.Serialization;
using Nin.Checkpoints;
using Nin.Data;
using Nin.Training;

namespace Nin.Runner.Runs;

/// <summary>Everything that decides what a run computes, but for its data and its model. A manifest keeps it as <c>options</c>.</summary>
sealed record TrainSettings
{
    [JsonRequired]
    public int Epochs { get; init; } = 3;

    [JsonRequired]
    public int Batch { get; init; } = 128;

    [JsonRequired]
    public double Lr { get; init; } = 0.1;

    /// <summary>Of SGD, by Nesterov's rule where it is above 0.</summary>
    [JsonRequired]
    public double Momentum { get; init; } = 0.9;

    [JsonRequired]
    public double WeightDecay { get; init; } = 5e-4;

    [JsonRequired]
    public string Schedule { get; init; } = "onecycle";

    [JsonRequired]
    public string Optimizer { get; init; } = "sgd";

    [JsonRequired]
    public string Init { get; init; } = "he";

    [JsonRequired]
    public string Augment { get; init; } = "none";

    [JsonRequired]
    public int Seed { get; init; }

    /// <summary>Training examples that are used, from the first; null for all.</summary>
    public int? Limit { get; init; }

    [JsonRequired]
    public string Dataset { get; init; } = "fashion-mnist";

    /// <summary>What a manifest could not have been written with, or null.</summary>
    public string? Problem() =>
        Epochs < 1 ? $"epochs is {Epochs}; it must be 1 or more"
        : Batch < 1 ? $"batch is {Batch}; it must be 1 or more"
        : !(Lr > 0 && double.IsFinite(Lr)) ? $"lr is {Lr:R}; it must be a number above 0"
        : !(Momentum is >= 0 and < 1) ? $"momentum is {Momentum:R}; it must be 0 or more and below 1"
        : !(WeightDecay >= 0 && double.IsFinite(WeightDecay)) ? $"weightDecay is {WeightDecay:R}; it must be a number of 0 or more"
        : Seed < 0 ? $"seed is {Seed}; it must be 0 or more"
        : Limit < 1 ? $"limit is {Limit}; it must be 1 or more"
        : Unknown("schedule", Schedule, Recipe.Schedules)
            ?? Unknown("optimizer", Optimizer, Recipe.Optimizers)
            ?? Unknown("init", Init, Recipe.Inits)
            ?? Unknown("augment", Augment, Recipe.Augmentations)
            ?? Unknown("dataset", Dataset, RunData.Names);

    static string? Unknown(string option, string word, string[] known) =>
        known.Contains(word) ? null : $"{option} is '{ErrorText.OneLine(word)}'; it must be one of {string.Join(", ", known)}";

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

/// <summary>What a run does about checkpoints: it changes nothing that the run computes.</summary>
/// <param name="Interval">The longest time without one; zero for one after every step.</param>
/// <param name="IsExtended">Whether the manifest says that the run was given more epochs, so that a checkpoint may be of fewer.</param>
readonly record struct CheckpointSettings(TimeSpan Interval, bool IsExtended);

/// <summary>The library's objects that the words of <see cref="TrainSettings"/> stand for.</summary>
static class Recipe
{
    public static string[] Schedules { get; } = ["constant", "step", "cosine", "onecycle"];

    public static string[] Optimizers { get; } = ["sgd", "adam", "adamw"];

    public static string[] Inits { get; } = ["xavier", "he"];

    public static string[] Augmentations { get; } = ["none", "flip", "shift-flip"];

    public static TrainerOptions Options(TrainSettings settings, string checkpointFolder, CheckpointSettings checkpoints) => new()
    {
        Epochs = settings.Epochs,
        BatchSize = settings.Batch,
        LearningRate = settings.Lr,
        Schedule = Schedule(settings.Schedule),
        Optimizer = parameters => Optimizer(settings, parameters),
        Seed = settings.Seed,
        CheckpointFolder = checkpointFolder,
        CheckpointInterval = checkpoints.Interval,
        Resume = TrainingCheckpoint.Exists(checkpointFolder),
        ChangeEpochs = checkpoints.IsExtended && TrainingCheckpoint.Exists(checkpointFolder),
    };

    /// <summary>A network with the initial weights of the settings.</summary>
    /// <exception cref="InsufficientMemoryException">The device has insufficient memory.</exception>
    public static INetwork Network(ModelEntry model, TrainSettings settings, Device device)
    {
        var network = model.Create(device, settings.Seed);
        var init = Init(settings.Init);
        if (init != network.Architecture.Init) Initialization.Apply(network.Parameters, init, settings.Seed);
        return network;
    }

    public static Init Init(string name) => name switch
    {
        "xavier" => Nin.Init.Xavier,
        "he" => Nin.Init.He,
        _ => throw Unknown(name, Inits),
    };

    public static TrainingData Images(TrainSettings settings, RunData data) => new(data.Training!, data.Test)
    {
        Normalization = data.Normalization,
        Augmentation = Augmentation(settings.Augment),
    };

    public static Augmentation Augmentation(string name) => name switch
    {
        "flip" => Data.Augmentation.Flip,
        "none" => Data.Augmentation.None,
        "shift-flip" => Data.Augmentation.ShiftFlip,
        _ => throw Unknown(name, Augmentations),
    };

    static LearningRateSchedule Schedule(string name) => name switch
    {
        "constant" => new ConstantSchedule(),
        "step" => new StepSchedule(),
        "cosine" => new CosineSchedule(),
        "onecycle" => new OneCycleSchedule(),
        _ => throw Unknown(name, Schedules),
    };

    static Optimizer Optimizer(TrainSettings settings, ParameterSet parameters) => settings.Optimizer switch
    {
        "sgd" => new Sgd(parameters, settings.Lr, settings.Momentum, settings.WeightDecay, nesterov: settings.Momentum > 0),
        "adam" => new Adam(parameters, settings.Lr, weightDecay: settings.WeightDecay, decoupled: false),
        "adamw" => new Adam(parameters, settings.Lr, weightDecay: settings.WeightDecay, decoupled: true),
        _ => throw Unknown(settings.Optimizer, Optimizers),
    };

    static ArgumentException Unknown(string word, string[] known) => new($"'{word}' must be one of {string.Join(", ", known)}.", nameof(word));
}
