using System.Diagnostics.CodeAnalysis;
using Nin.App.Runs;
using Nin.Data;

namespace Nin.App;

/// <summary>The networks of one command line.</summary>
/// <param name="all">Those that are listed, in this order.</param>
/// <param name="default">Id of the one that is used where none is named.</param>
/// <param name="unlisted">Those that only studies show: they are found where they are named.</param>
/// <param name="ofPresets">Ids of those that presets are made for, by the preset's name.</param>
sealed class ModelCatalog(
    IReadOnlyList<ModelEntry> all, string @default, IReadOnlyList<ModelEntry>? unlisted = null, IReadOnlyDictionary<string, string>? ofPresets = null)
{
    readonly IReadOnlyList<ModelEntry> known = [.. all, .. unlisted ?? []];

    /// <summary>Those that are listed, in this order.</summary>
    public IReadOnlyList<ModelEntry> All { get; } = all;

    /// <summary>The one that is used where none is named.</summary>
    public ModelEntry Default { get; } = all.First(m => m.Id == @default);

    /// <summary>The ids of those that are listed.</summary>
    public IReadOnlyList<string> Ids => [.. All.Select(m => m.Id)];

    /// <summary>A network by its id.</summary>
    /// <exception cref="ArgumentException">There is none with that id.</exception>
    public ModelEntry Get(string id) =>
        TryGet(id, out var model, out string? problem) ? model : throw new ArgumentException(problem, nameof(id));

    /// <summary>A network by its id, or what is wrong with the id.</summary>
    public bool TryGet(string id, [NotNullWhen(true)] out ModelEntry? model, [NotNullWhen(false)] out string? problem)
    {
        model = known.FirstOrDefault(m => m.Id == id);
        problem = model is null ? $"unknown model '{id}'{Suggestion.For(id, [.. Ids])} use {string.Join(", ", Ids)}." : null;
        return model is not null;
    }

    /// <summary>The network whose class a weights file names.</summary>
    public ModelEntry? FindByClass(string name) => known.FirstOrDefault(m => m.Architecture().Name == name);

    /// <summary>The network that a preset was made for, or the default one.</summary>
    public ModelEntry ForPreset(string preset) => ofPresets?.GetValueOrDefault(preset) is { } id ? Get(id) : Default;

    /// <summary>The network of a study, as the program added it; else as the study has it.</summary>
    public ModelEntry Known(ModelEntry model) => known.FirstOrDefault(m => m.Network == model.Network) ?? model;
}

/// <summary>A network of the command line. Nothing of it is loaded before it is needed.</summary>
/// <param name="Id">What <c>--model</c> takes.</param>
/// <param name="Network">Its class.</param>
/// <param name="Normalization">The normalisation of pixels that it is trained with, or null for 0 to 1.</param>
/// <param name="Architecture">Its layers.</param>
/// <param name="TrainingBytes">Bytes of its plan for training with a batch.</param>
/// <param name="InferenceBytes">Bytes of its plan for inference with a batch.</param>
/// <param name="Create">Makes it on a device, with a seed.</param>
sealed record ModelEntry(
    string Id,
    Type Network,
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
        id, typeof(T), normalization, () => T.Architecture, T.TrainingBytes, T.InferenceBytes, (device, seed) => T.Create(device, seed))
    {
        Settings = settings!,
    };

    /// <summary>A network of a study, which has the name of its class where the program did not add it.</summary>
    public static ModelEntry Unlisted<T>(Normalization? normalization) where T : INetworkType<T> => Of<T>(typeof(T).Name, settings: null, normalization);

    /// <inheritdoc/>
    public override string ToString() => Id;

    static bool IsNormalized(LayerInfo layer) => layer.Parameters.Any(p => p.Role == ParameterRole.RunningVariance);
}
