using System.Diagnostics.CodeAnalysis;
using Nin.Data;
using Nin.Runner.Models;
using Nin.Runner.Runs;

namespace Nin.Runner;

/// <summary>The networks that ship with the runner.</summary>
static class ModelCatalog
{
    /// <summary>The one that is used where none is named.</summary>
    public const string Default = "quick28";

    /// <summary>All of them, in the order in which they are listed.</summary>
    public static IReadOnlyList<ModelEntry> All { get; } =
    [
        // The book trains on pixels from 0 to 1.
        new(
            "book", TrainSettings.Book, null, () => BookNin.Architecture, BookNin.TrainingBytes, BookNin.InferenceBytes,
            (device, seed) => new BookNin(device, seed)),
        new(
            "book-one-pointwise", TrainSettings.Book, null, () => BookOnePointwise.Architecture, BookOnePointwise.TrainingBytes,
            BookOnePointwise.InferenceBytes, (device, seed) => new BookOnePointwise(device, seed)),
        new(
            "book96", TrainSettings.Book, null, () => Book96.Architecture, Book96.TrainingBytes, Book96.InferenceBytes,
            (device, seed) => new Book96(device, seed)),
        new(
            "mnist28", TrainSettings.Plain, Centred, () => Mnist28.Architecture, Mnist28.TrainingBytes, Mnist28.InferenceBytes,
            (device, seed) => new Mnist28(device, seed)),
        new(
            "modern28", TrainSettings.Quick, Centred, () => Modern28.Architecture, Modern28.TrainingBytes, Modern28.InferenceBytes,
            (device, seed) => new Modern28(device, seed)),
        new(
            "quick28", TrainSettings.Quick, Centred, () => Quick28.Architecture, Quick28.TrainingBytes, Quick28.InferenceBytes,
            (device, seed) => new Quick28(device, seed)),
        new(
            "cifar10", TrainSettings.Plain, Centred, () => Cifar10.Architecture, Cifar10.TrainingBytes, Cifar10.InferenceBytes,
            (device, seed) => new Cifar10(device, seed)),
    ];

    /// <summary>Their ids.</summary>
    public static IReadOnlyList<string> Ids => [.. All.Select(m => m.Id)];

    static Normalization Centred => FashionMnist.Normalization;

    /// <summary>A network by its id.</summary>
    /// <exception cref="ArgumentException">There is none with that id.</exception>
    public static ModelEntry Get(string id) =>
        TryGet(id, out var model, out string? problem) ? model : throw new ArgumentException(problem, nameof(id));

    /// <summary>A network by its id, or what is wrong with the id.</summary>
    public static bool TryGet(string id, [NotNullWhen(true)] out ModelEntry? model, [NotNullWhen(false)] out string? problem)
    {
        model = All.FirstOrDefault(m => m.Id == id);
        problem = model is null ? $"unknown model '{id}'{Suggestion.For(id, [.. Ids])} use {string.Join(", ", Ids)}." : null;
        return model is not null;
    }

    /// <summary>The network whose class a weights file names.</summary>
    public static ModelEntry? FindByClass(string name) => All.FirstOrDefault(m => m.Architecture().Name == name);
}

/// <summary>A network that ships with the runner. Nothing of it is loaded before it is needed.</summary>
/// <param name="Id">What <c>--model</c> takes.</param>
/// <param name="Defaults">The settings that suit it where the user names no preset.</param>
/// <param name="Normalization">The normalisation of pixels that it needs, or null for 0 to 1.</param>
/// <param name="Architecture">Its layers.</param>
/// <param name="TrainingBytes">Bytes of its plan for training with a batch.</param>
/// <param name="InferenceBytes">Bytes of its plan for inference with a batch.</param>
/// <param name="Create">Makes it on a device, with a seed.</param>
sealed record ModelEntry(
    string Id,
    TrainSettings Defaults,
    Normalization? Normalization,
    Func<Architecture> Architecture,
    Func<int, long> TrainingBytes,
    Func<int, long> InferenceBytes,
    Func<Device, int, INetwork> Create)
{
    /// <inheritdoc/>
    public override string ToString() => Id;
}
