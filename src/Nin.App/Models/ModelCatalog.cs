using System.Diagnostics.CodeAnalysis;
using Nin.App.Runs;
using Nin.Data;

namespace Nin.App;

/// <summary>The networks of one command line.</summary>
/// <param name="all">All of them, in the order in which they are listed.</param>
/// <param name="default">Id of the one that is used where none is named.</param>
sealed class ModelCatalog(IReadOnlyList<ModelEntry> all, string @default)
{
    /// <summary>All of them, in the order in which they are listed.</summary>
    public IReadOnlyList<ModelEntry> All { get; } = all;

    /// <summary>The one that is used where none is named.</summary>
    public ModelEntry Default { get; } = all.First(m => m.Id == @default);

    /// <summary>Their ids.</summary>
    public IReadOnlyList<string> Ids => [.. All.Select(m => m.Id)];

    /// <summary>A network by its id.</summary>
    /// <exception cref="ArgumentException">There is none with that id.</exception>
    public ModelEntry Get(string id) =>
        TryGet(id, out var model, out string? problem) ? model : throw new ArgumentException(problem, nameof(id));

    /// <summary>A network by its id, or what is wrong with the id.</summary>
    public bool TryGet(string id, [NotNullWhen(true)] out ModelEntry? model, [NotNullWhen(false)] out string? problem)
    {
        model = All.FirstOrDefault(m => m.Id == id);
        problem = model is null ? $"unknown model '{id}'{Suggestion.For(id, [.. Ids])} use {string.Join(", ", Ids)}." : null;
        return model is not null;
    }

    /// <summary>The network whose class a weights file names.</summary>
    public ModelEntry? FindByClass(string name) => All.FirstOrDefault(m => m.Architecture().Name == name);

    /// <summary>The network that settings were made for: the default one where they suit it, else the first whose own they are.</summary>
    public ModelEntry For(TrainSettings settings) =>
        Default.Settings == settings ? Default : All.FirstOrDefault(m => m.Settings == settings) ?? Default;
}

/// <summary>A network of the command line. Nothing of it is loaded before it is needed.</summary>
/// <param name="Id">What <c>--model</c> takes.</param>
/// <param name="Normalization">The normalisation of pixels that it is trained with, or null for 0 to 1.</param>
/// <param name="Architecture">Its layers.</param>
/// <param name="TrainingBytes">Bytes of its plan for training with a batch.</param>
/// <param name="InferenceBytes">Bytes of its plan for inference with a batch.</param>
/// <param name="Create">Makes it on a device, with a seed.</param>
sealed record ModelEntry(
    string Id,
    Normalization? Normalization,
    Func<Architecture> Architecture,
    Func<int, long> TrainingBytes,
    Func<int, long> InferenceBytes,
    Func<Device, int, INetwork> Create)
{
    /// <summary>The settings that suit it where the user names no preset.</summary>
    public TrainSettings Settings
    {
        // Without normalisation the ReLUs of a deep network die at the larger rate.
        get => field ?? (Architecture().Layers.Any(IsNormalized) ? TrainSettings.Quick : TrainSettings.Plain);
        init;
    }

    public static ModelEntry Of<T>(string id, TrainSettings? settings, Normalization? normalization) where T : INetworkType<T> => new(
        id, normalization, () => T.Architecture, T.TrainingBytes, T.InferenceBytes, (device, seed) => T.Create(device, seed))
    {
        Settings = settings!,
    };

    /// <inheritdoc/>
    public override string ToString() => Id;

    static bool IsNormalized(LayerInfo layer) => layer.Parameters.Any(p => p.Role == ParameterRole.RunningVariance);
}
