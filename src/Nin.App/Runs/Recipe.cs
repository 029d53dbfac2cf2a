using Nin.Checkpoints;
using Nin.Data;
using Nin.Training;

namespace Nin.App.Runs;

/// <summary>What a run does about checkpoints: it changes nothing that the run computes.</summary>
/// <param name="Interval">The longest time without one; zero for one after every step.</param>
/// <param name="Extensions">Where the manifest says that the run was given other epochs, so that a checkpoint may be of fewer; null for never.</param>
readonly record struct CheckpointSettings(TimeSpan Interval, IReadOnlyList<ManifestExtension>? Extensions);

/// <summary>The library's objects that the words of <see cref="TrainSettings"/> stand for.</summary>
static class Recipe
{
    public static string[] Schedules { get; } = ["constant", "step", "cosine", "onecycle"];

    public static string[] Optimizers { get; } = ["sgd", "adam", "adamw"];

    public static string[] Inits { get; } = ["xavier", "he"];

    public static string[] Augmentations { get; } = ["none", "flip", "shift-flip", "strong"];

    public static TrainerOptions Options(TrainSettings settings, string checkpointFolder, CheckpointSettings checkpoints) => new()
    {
        Epochs = settings.Epochs,
        BatchSize = settings.BatchSize,
        LearningRate = settings.Lr,
        Schedule = Schedule(settings.Schedule),
        Loss = settings.LabelSmoothing is { } share ? new CrossEntropyLoss(share) : null,
        Optimizer = parameters => Optimizer(settings, parameters),
        Seed = settings.Seed,
        CheckpointFolder = checkpointFolder,
        CheckpointInterval = checkpoints.Interval,
        BestWeights = settings.Patience is null ? BestWeights.None : BestWeights.ByAccuracy,
        RestoreBestWeights = settings.Patience is not null,
        Patience = settings.Patience,
        Resume = TrainingCheckpoint.Exists(checkpointFolder),
        ChangeEpochs = checkpoints.Extensions is not null && TrainingCheckpoint.Exists(checkpointFolder),
    };

    /// <summary>Of a search for the learning rate: what it trains with.</summary>
    public static TrainerOptions Search(TrainSettings settings) => new()
    {
        BatchSize = settings.BatchSize, Optimizer = parameters => Optimizer(settings, parameters), Seed = settings.Seed,
    };

    /// <summary>Options whose schedule is, until each extension, that of the number of epochs from before it: the bits of the run, from whichever checkpoint.</summary>
    public static TrainerOptions Extended(TrainerOptions options, IReadOnlyList<ManifestExtension>? extensions, int images)
    {
        if (extensions is null) return options;
        long steps = (images - 1) / Math.Min(options.BatchSize, images) + 1;
        return options with { Schedule = new ExtendedSchedule(options.Schedule, [.. extensions.Select(e => new ScheduleExtension(e.Epoch * steps + e.Step, e.From * steps))]) };
    }

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

    /// <summary>The data of a run. Where the best weights are kept, the images apart are a validation set.</summary>
    public static TrainingData Images(TrainSettings settings, RunData data) => new(data.Training!, settings.Patience is null ? data.Test : null)
    {
        Validation = settings.Patience is null ? null : data.Test,
        Normalization = data.Normalization,
        Augmentation = Augmentation(settings.Augment),
        Transforms = [.. settings.Augment == "strong" ? Strong(data.Training!) : [], .. settings.Cutout is { } size ? [new Cutout(size)] : (Transform[])[]],
    };

    /// <summary>An epoch as a run's table has it: one column for the images apart, whichever they are.</summary>
    public static EpochMetrics Row(EpochMetrics epoch) =>
        epoch is { ValidationLoss: { } loss, ValidationAccuracy: { } accuracy } ? epoch with { TestLoss = loss, TestAccuracy = accuracy } : epoch;

    /// <summary>The epoch that a run's weights are of.</summary>
    public static EpochMetrics Kept(TrainSettings settings, IReadOnlyList<EpochMetrics> epochs) =>
        settings.Patience is null ? epochs[^1] : epochs.MaxBy(e => e.TestAccuracy)!;

    public static Augmentation Augmentation(string name) => name switch
    {
        "flip" => Data.Augmentation.Flip,
        "none" or "strong" => Data.Augmentation.None,
        "shift-flip" => Data.Augmentation.ShiftFlip,
        _ => throw Unknown(name, Augmentations),
    };

    // For drawings or photographs by others than those that the network is trained on.
    static Transform[] Strong(ImageDataset images) =>
    [
        new RandomResizedCrop(MinScale: 0.5), new HorizontalFlip(), new Rotation(Degrees: 15), new Brightness(0.3), new Contrast(0.3),
        new Cutout(Math.Max(1, Math.Min(images.Height, images.Width) / 4)),
    ];

    static LearningRateSchedule Schedule(string name) => name switch
    {
        "constant" => new ConstantSchedule(),
        "step" => new StepSchedule(),
        "cosine" => new CosineSchedule(),
        "onecycle" => new OneCycleSchedule(),
        _ => throw Unknown(name, Schedules),
    };

    static Optimizer Optimizer(TrainSettings settings, ParameterSet parameters)
    {
        Optimizer optimizer = settings.Optimizer switch
        {
            "sgd" => new Sgd(parameters, settings.Lr, settings.Momentum, settings.WeightDecay, nesterov: settings.Momentum > 0) { AverageDecay = settings.Average },
            "adam" => new Adam(parameters, settings.Lr, weightDecay: settings.WeightDecay, decoupled: false) { AverageDecay = settings.Average },
            "adamw" => new Adam(parameters, settings.Lr, weightDecay: settings.WeightDecay, decoupled: true) { AverageDecay = settings.Average },
            _ => throw Unknown(settings.Optimizer, Optimizers),
        };
        if (settings.LastRate is { } factor) optimizer.SetFactors(LastLayer(parameters), factor);
        return optimizer;
    }

    static string LastLayer(ParameterSet parameters) => parameters.Last(p => p.Spec.IsTrainable).Name.Split('.')[0];

    static ArgumentException Unknown(string word, string[] known) => new($"'{word}' must be one of {string.Join(", ", known)}.", nameof(word));
}
