using System.Numerics;
using System.Text.Json.Serialization;
using Nin.App.Runs;

namespace Nin.App;

/// <summary>Everything that decides what a run computes, but for its data and its model. A manifest keeps it as <c>options</c>.</summary>
public sealed record TrainSettings
{
    /// <summary>Times that all training images are seen.</summary>
    [JsonRequired]
    public int Epochs { get; init; } = 3;

    /// <summary>
    /// Images per step; null follows the number of training images: a power of two from 8 to 128 that leaves at least 20 steps per epoch, where there are images
    /// enough, and <see cref="Lr"/> is then that of 128, of which fewer images take less. A manifest has both as they were used.
    /// </summary>
    [JsonRequired]
    public int? Batch { get; init; }

    /// <summary>The largest learning rate.</summary>
    [JsonRequired]
    public double Lr { get; init; } = 0.1;

    /// <summary>Momentum of SGD, by Nesterov's rule where it is above 0.</summary>
    [JsonRequired]
    public double Momentum { get; init; } = 0.9;

    /// <summary>Weight decay.</summary>
    [JsonRequired]
    public double WeightDecay { get; init; } = 5e-4;

    /// <summary><c>constant</c>, <c>step</c>, <c>cosine</c> or <c>onecycle</c>.</summary>
    [JsonRequired]
    public string Schedule { get; init; } = "onecycle";

    /// <summary><c>sgd</c>, <c>adam</c> or <c>adamw</c>.</summary>
    [JsonRequired]
    public string Optimizer { get; init; } = "sgd";

    /// <summary><c>he</c> or <c>xavier</c>.</summary>
    [JsonRequired]
    public string Init { get; init; } = "he";

    /// <summary><c>none</c>, <c>flip</c> or <c>shift-flip</c>.</summary>
    [JsonRequired]
    public string Augment { get; init; } = "none";

    /// <summary>Side in pixels of the square that is cut out of every training image; null for none.</summary>
    public int? Cutout { get; init; }

    /// <summary>Share of the target that is spread over all classes; null for none.</summary>
    public double? LabelSmoothing { get; init; }

    /// <summary>What a step leaves of the moving average of the weights, which tests and <c>model.safetensors</c> then have; null for no average.</summary>
    public double? Average { get; init; }

    /// <summary>What the learning rate of the last layer that has weights is multiplied by; null for 1.</summary>
    public double? LastRate { get; init; }

    /// <summary>Seed of weights, order, augmentation and dropout; 0 or more.</summary>
    [JsonRequired]
    public int Seed { get; init; }

    /// <summary>Training examples that are used, from the first; null for all.</summary>
    public int? Limit { get; init; }

    /// <summary>
    /// Training images, the last ones, that are held out and take the place of the test set, which is then not used: to choose settings by. Null for none.
    /// </summary>
    public int? HoldOut { get; init; }

    /// <summary><c>fashion-mnist</c>, or <c>synthetic</c> images that need no files.</summary>
    [JsonRequired]
    public string Dataset { get; init; } = "fashion-mnist";

    /// <summary>Share of each class for validation, with a folder of pictures; null for other data.</summary>
    public double? Validation { get; init; }

    /// <summary>
    /// With a folder of pictures: the epochs in a row that may be no better on the validation images before training stops; the weights of the best epoch are
    /// kept. Null trains all epochs, and keeps the last weights.
    /// </summary>
    public int? Patience { get; init; }

    /// <summary><c>tf32x3</c> or <c>tf32</c>; null for <c>float32</c>. See <see cref="Nin.Precision"/>.</summary>
    public string? Precision { get; init; }

    const int LeastBatch = 8, LargestBatch = 128, StepsAnEpoch = 20;

    /// <summary>The default of <see cref="Batch"/>, in some words.</summary>
    internal static string DefaultBatch { get; } = $"{LargestBatch}; fewer, down to {LeastBatch}, where an epoch would have less than {StepsAnEpoch} steps";

    /// <summary>Whether the user chose <see cref="Lr"/>, which then is that of any batch.</summary>
    [JsonIgnore]
    internal bool IsLrChosen { get; init; }

    /// <summary>
    /// These settings for a number of training images, with a number of images per step: few steps per epoch learn little, whatever the network. The learning rate
    /// goes by the square root of the batch, as the noise of its gradient does.
    /// </summary>
    internal TrainSettings ForImages(int count)
    {
        if (Batch is not null) return this with { IsLrChosen = false };
        int batch = Math.Clamp(LargestPowerOfTwo(count / StepsAnEpoch), LeastBatch, LargestBatch);
        return this with { Batch = batch, Lr = IsLrChosen ? Lr : Lr * Math.Sqrt((double)batch / LargestBatch), IsLrChosen = false };
    }

    /// <summary>Images per step of settings that are <see cref="ForImages"/>.</summary>
    internal int BatchSize => Batch ?? throw new InvalidOperationException("The batch follows the number of images, which is not known yet.");

    // Several processes share a batch of whole eights with the bits of one.
    static int LargestPowerOfTwo(int most) => most < 1 ? 1 : 1 << BitOperations.Log2((uint)most);

    /// <summary>The largest <see cref="Cutout"/>: no image of a data set is that wide.</summary>
    internal const int MaxCutout = 1024;

    /// <summary>What the images are called that the network is tried on after each epoch: the best weights are chosen on a validation set.</summary>
    internal string HeldOut => Dataset == RunData.FolderName ? "validation" : HoldOut is null ? "test" : "held-out";

    /// <summary>What a manifest could not have been written with, or null.</summary>
    internal string? Problem() =>
        Epochs < 1 ? $"epochs is {Epochs}; it must be 1 or more"
        : Batch < 1 ? $"batch is {Batch}; it must be 1 or more"
        : !(Lr > 0 && double.IsFinite(Lr)) ? $"lr is {Lr:R}; it must be a number above 0"
        : !(Momentum is >= 0 and < 1) ? $"momentum is {Momentum:R}; it must be 0 or more and below 1"
        : !(WeightDecay >= 0 && double.IsFinite(WeightDecay)) ? $"weightDecay is {WeightDecay:R}; it must be a number of 0 or more"
        : Seed < 0 ? $"seed is {Seed}; it must be 0 or more"
        : Validation is <= 0 or >= 1 or double.NaN ? $"validation is {Validation:R}; it must be above 0 and below 1"
        : Patience < 1 ? $"patience is {Patience}; it must be 1 or more, or left out"
        : Limit < 1 ? $"limit is {Limit}; it must be 1 or more"
        : HoldOut < 1 ? $"holdOut is {HoldOut}; it must be 1 or more"
        : Cutout is < 1 or > MaxCutout ? $"cutout is {Cutout}; it must be 1 to {MaxCutout}"
        : LabelSmoothing is <= 0 or >= 1 or double.NaN ? $"labelSmoothing is {LabelSmoothing:R}; it must be above 0 and below 1"
        : Average is <= 0 or >= 1 or double.NaN ? $"average is {Average:R}; it must be above 0 and below 1"
        : LastRate is { } last && !(last >= 0 && double.IsFinite(last)) ? $"lastRate is {last:R}; it must be a number of 0 or more"
        : Unknown("schedule", Schedule, Recipe.Schedules)
            ?? Unknown("optimizer", Optimizer, Recipe.Optimizers)
            ?? Unknown("init", Init, Recipe.Inits)
            ?? Unknown("augment", Augment, Recipe.Augmentations)
            ?? Unknown("dataset", Dataset, RunData.Names)
            ?? (Precision is null ? null : Unknown("precision", Precision, Precisions.Names));

    static string? Unknown(string option, string word, string[] known) =>
        known.Contains(word) ? null : $"{option} is '{ErrorText.OneLine(word)}'; it must be one of {string.Join(", ", known)}";

    /// <summary>Minutes on two cores to above 0.9: one cycle of Nesterov momentum. These are also the defaults.</summary>
    public static TrainSettings Quick { get; } = new();

    /// <summary>The same for deep networks without normalisation, whose ReLUs die at ten times the rate.</summary>
    public static TrainSettings Plain { get; } = Quick with { Lr = 0.01 };

    /// <summary><see cref="Quick"/> for longer, with images that are varied.</summary>
    public static TrainSettings Accurate { get; } = Quick with { Epochs = 15, Augment = "shift-flip", LabelSmoothing = 0.1 };

    /// <summary>As chapter 7.3 of the book trains it.</summary>
    public static TrainSettings Book { get; } = new()
    {
        Epochs = 10, Batch = LargestBatch, Momentum = 0, WeightDecay = 0, Schedule = "constant", Init = "xavier",
    };
}

/// <summary>Settings that have a name.</summary>
/// <param name="Name">What <c>--preset</c> takes.</param>
/// <param name="Purpose">What they are for, in some words.</param>
/// <param name="Settings">The settings.</param>
sealed record Preset(string Name, string Purpose, TrainSettings Settings)
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<Preset> All { get; } =
    [
        new("quick", "two minutes, 0.92", TrainSettings.Quick),
        new("accurate", "half an hour, 0.94", TrainSettings.Accurate),
        new("book", "chapter 7.3's", TrainSettings.Book),
    ];

    /// <summary>One of them.</summary>
    public static Preset Of(string name) => All.First(p => p.Name == name);
}
