using System.Text.Json.Serialization;
using Nin.App.Runs;

namespace Nin.App;

/// <summary>Everything that decides what a run computes, but for its data and its model. A manifest keeps it as <c>options</c>.</summary>
public sealed record TrainSettings
{
    /// <summary>Times that all training images are seen.</summary>
    [JsonRequired]
    public int Epochs { get; init; } = 3;

    /// <summary>Images a step.</summary>
    [JsonRequired]
    public int Batch { get; init; } = 128;

    /// <summary>The largest learning rate.</summary>
    [JsonRequired]
    public double Lr { get; init; } = 0.1;

    /// <summary>Of SGD, by Nesterov's rule where it is above 0.</summary>
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

    /// <summary>Of weights, order, augmentation and dropout; 0 or more.</summary>
    [JsonRequired]
    public int Seed { get; init; }

    /// <summary>Training examples that are used, from the first; null for all.</summary>
    public int? Limit { get; init; }

    /// <summary><c>fashion-mnist</c>, or <c>synthetic</c> images that need no files.</summary>
    [JsonRequired]
    public string Dataset { get; init; } = "fashion-mnist";

    /// <summary>Share of each class to test on, of pictures of one's own; null for other data.</summary>
    public double? Validation { get; init; }

    /// <summary><c>tf32x3</c> or <c>tf32</c>; null for <c>float32</c>. See <see cref="Nin.Precision"/>.</summary>
    public string? Precision { get; init; }

    /// <summary>What a manifest could not have been written with, or null.</summary>
    internal string? Problem() =>
        Epochs < 1 ? $"epochs is {Epochs}; it must be 1 or more"
        : Batch < 1 ? $"batch is {Batch}; it must be 1 or more"
        : !(Lr > 0 && double.IsFinite(Lr)) ? $"lr is {Lr:R}; it must be a number above 0"
        : !(Momentum is >= 0 and < 1) ? $"momentum is {Momentum:R}; it must be 0 or more and below 1"
        : !(WeightDecay >= 0 && double.IsFinite(WeightDecay)) ? $"weightDecay is {WeightDecay:R}; it must be a number of 0 or more"
        : Seed < 0 ? $"seed is {Seed}; it must be 0 or more"
        : Validation is <= 0 or >= 1 or double.NaN ? $"validation is {Validation:R}; it must be above 0 and below 1"
        : Limit < 1 ? $"limit is {Limit}; it must be 1 or more"
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

    /// <summary>As chapter 7.3 of the book trains it.</summary>
    public static TrainSettings Book { get; } = new()
    {
        Epochs = 10, Momentum = 0, WeightDecay = 0, Schedule = "constant", Init = "xavier",
    };

    /// <summary>The settings that a preset's name stands for.</summary>
    internal static TrainSettings Preset(string name) => name == "book" ? Book : Quick;
}
