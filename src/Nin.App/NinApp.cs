using System.Reflection;
using System.Text.RegularExpressions;
using Nin.App;
using Nin.App.Runs;
using Nin.App.Studies;
using Nin.Data;

namespace Nin;

/// <summary>
/// A command line for your own networks: <c>train</c>, <c>eval</c>, <c>summary</c> and the rest of <c>--help</c>. A whole program is
/// <c>return await NinApp.RunAsync(args, app => app.Add&lt;FlowerNet&gt;("flowers"));</c>.
/// </summary>
/// <remarks>
/// Help and errors call the program by its own name. Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted, 143 terminated; an error is
/// one line on standard error, and with <c>--json</c> standard output holds JSON alone.
/// </remarks>
public sealed partial class NinApp
{
    readonly List<ModelEntry> models = [];
    readonly List<Study> studies = [];
    readonly Dictionary<string, string> modelsOfPresets = [];
    string? defaultModel;

    /// <summary>What <c>--help</c> says of the program, in a line.</summary>
    public string Description { get; set; } = "Convolutional networks declared by attributes: train, measure and look at them.";

    /// <summary>Id of the network that commands use where <c>--model</c> names none: the first that was added, unless it is set.</summary>
    /// <exception cref="ArgumentException">Set to an id that was not added.</exception>
    public string DefaultModel
    {
        get => defaultModel ?? (models is [var first, ..] ? first.Id : throw new InvalidOperationException("No network was added: call Add first."));
        set => defaultModel = models.Any(m => m.Id == value)
            ? value
            : throw new ArgumentException($"No network '{value}' was added; add it first.", nameof(value));
    }

    /// <summary>The name by which the program calls itself.</summary>
    internal static string Name { get; } = Assembly.GetEntryAssembly()?.GetName().Name ?? "nin";

    /// <summary>The networks that were added.</summary>
    internal ModelCatalog Models => new([.. models], DefaultModel, Unlisted(), modelsOfPresets);

    /// <summary>The studies that were added.</summary>
    internal IReadOnlyList<Study> Studies => studies;

    /// <summary>Adds a network to all commands.</summary>
    /// <typeparam name="TNetwork">Its class.</typeparam>
    /// <param name="id">What <c>--model</c> takes: letters, digits, <c>-</c>, <c>_</c> and <c>.</c>.</param>
    /// <param name="settings">
    /// How it is trained where neither a preset nor an option says otherwise; by default <see cref="TrainSettings.Quick"/>, or <see cref="TrainSettings.Plain"/>
    /// for a network without batch normalisation.
    /// </param>
    /// <param name="normalization">
    /// The normalisation of the pixels of Fashion-MNIST and of synthetic images; pixels from 0 to 1 by default. Folders of images get one from their own pixels.
    /// </param>
    /// <returns>This app, for chained calls.</returns>
    /// <exception cref="ArgumentException">The id is not valid or was added already, or a setting is out of its range.</exception>
    public NinApp Add<TNetwork>(string id, TrainSettings? settings = null, Normalization? normalization = null)
        where TNetwork : INetworkType<TNetwork>
    {
        ArgumentNullException.ThrowIfNull(id);
        if (!IsId(id)) throw new ArgumentException($"'{id}' is not a valid id: use letters, digits, '-', '_' and '.', beginning with a letter or digit.", nameof(id));
        if (models.Any(m => m.Id == id)) throw new ArgumentException($"A network '{id}' was added already; choose another id.", nameof(id));
        if (settings?.Problem() is { } problem) throw new ArgumentException($"The settings of '{id}' cannot be used: {problem}.", nameof(settings));
        models.Add(ModelEntry.Of<TNetwork>(id, settings, normalization));
        return this;
    }

    /// <summary>Adds a study to <c>experiment</c>.</summary>
    /// <param name="study">What is asked of which networks, and how.</param>
    /// <returns>This app, for chained calls.</returns>
    /// <exception cref="ArgumentException">Its name is not valid or was added already, or it is declared wrongly.</exception>
    public NinApp AddStudy(Study study)
    {
        ArgumentNullException.ThrowIfNull(study);
        if (study.Problem() is { } problem) throw new ArgumentException($"The study '{study.Name}' cannot be used: {problem}.", nameof(study));
        if (studies.Any(s => s.Name == study.Name)) throw new ArgumentException($"A study '{study.Name}' was added already; choose another name.", nameof(study));
        studies.Add(study);
        return this;
    }

    /// <summary>Sets which network a preset trains where <c>--model</c> names none; by default the default network.</summary>
    /// <param name="preset">Name of the preset: what <c>--preset</c> takes.</param>
    /// <param name="id">Id of a network that was added, or the name of the class of one in a study.</param>
    /// <returns>This app, for chained calls.</returns>
    /// <exception cref="ArgumentException">There is no such preset, or no such network.</exception>
    public NinApp UseForPreset(string preset, string id)
    {
        if (Preset.All.All(p => p.Name != preset))
            throw new ArgumentException($"There is no preset '{preset}'; use {string.Join(", ", Preset.All.Select(p => p.Name))}.", nameof(preset));
        if (models.Concat(Unlisted()).All(m => m.Id != id)) throw new ArgumentException($"No network '{id}' was added; add it first.", nameof(id));
        modelsOfPresets[preset] = id;
        return this;
    }

    /// <summary>Whether a text may name a network, a study, or a row of one.</summary>
    internal static bool IsId(string text) => Id().IsMatch(text);

    // A network that is in several studies is the first one's.
    ModelEntry[] Unlisted() =>
        [.. studies.SelectMany(s => s.Networks).Where(n => models.All(m => m.Network != n.Network && m.Id != n.Id)).DistinctBy(n => n.Network)];

    /// <summary>Runs the command that the arguments name.</summary>
    /// <param name="args">The program's arguments.</param>
    /// <param name="configure">Adds the networks.</param>
    /// <returns>The program's exit code.</returns>
    public static Task<int> RunAsync(string[] args, Action<NinApp> configure)
    {
        ArgumentNullException.ThrowIfNull(args);
        ArgumentNullException.ThrowIfNull(configure);
        var app = new NinApp();
        configure(app);
        return CommandLine.RunAsync(CommandLine.Create(app.Description, app.Models, app.Studies), args, Console.Error);
    }

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]*$")]
    private static partial Regex Id();
}
