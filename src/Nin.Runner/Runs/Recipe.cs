using Nin.Data;
using Nin.Training;

namespace Nin.Runner.Runs;

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
