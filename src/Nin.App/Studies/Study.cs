using Nin.Data;

namespace Nin.App.Studies;

/// <summary>
/// A question to networks, as data: what <c>experiment NAME</c> runs. A program adds its own with <see cref="NinApp.AddStudy"/>: a
/// <see cref="TrainingStudy"/> trains networks and compares them, a <see cref="ResourceStudy"/> counts and measures what they take.
/// </summary>
/// <param name="Name">What <c>experiment</c> takes: letters, digits, <c>-</c>, <c>_</c> and <c>.</c>.</param>
/// <param name="Question">What it is to answer, in a line.</param>
public abstract record Study(string Name, string Question)
{
    /// <summary>Sizes at which it can be run, the first unless <c>--scale</c> names another.</summary>
    internal abstract IReadOnlyList<ScaleInfo> ScaleInfos { get; }

    /// <summary>Networks that it needs.</summary>
    internal abstract IEnumerable<ModelEntry> Networks { get; }

    /// <summary>What is wrong with the declaration, or null.</summary>
    internal virtual string? Problem() =>
        !NinApp.IsId(Name) ? $"'{Name}' is not a valid name: use letters, digits, '-', '_' and '.', beginning with a letter or digit"
        : ScaleInfos.Count == 0 ? "it has no scale"
        : ScaleInfos.Select(s => s.Name).FirstOrDefault(n => !NinApp.IsId(n)) is { } scale ? $"'{scale}' is not a valid name of a scale"
        : ScaleInfos.Any(s => s.Rows.Count == 0) ? "a scale has no row"
        : ScaleInfos.SelectMany(s => s.Rows).FirstOrDefault(n => !NinApp.IsId(n)) is { } row ? $"'{row}' is not a valid name of a row"
        : ScaleInfos.Any(s => s.Rows.Distinct().Count() != s.Rows.Count) ? "two rows of a scale have one name"
        : null;
}

/// <summary>A size at which a study is run, as it is listed.</summary>
readonly record struct ScaleInfo(string Name, string Description, IReadOnlyList<string> Rows, int Seeds);

/// <summary>A study that trains: every row with every seed is a run with a folder of its own.</summary>
/// <param name="Name">What <c>experiment</c> takes.</param>
/// <param name="Question">What it is to answer, in a line.</param>
/// <param name="Scales">The same question at several sizes, the smallest first.</param>
/// <example>
/// <code>
/// app.AddStudy(new TrainingStudy("widths", "Does a wider first block pay?",
/// [
///     new StudyScale("small", "2 epochs", Seeds: 3,
///     [
///         StudyRow.Of&lt;NarrowNet&gt;("narrow", TrainSettings.Quick with { Epochs = 2 }),
///         StudyRow.Of&lt;WideNet&gt;("wide", TrainSettings.Quick with { Epochs = 2 }),
///     ]),
/// ]));
/// </code>
/// </example>
public sealed record TrainingStudy(string Name, string Question, IReadOnlyList<StudyScale> Scales) : Study(Name, Question)
{
    internal override IReadOnlyList<ScaleInfo> ScaleInfos => [.. Scales.Select(s => new ScaleInfo(s.Name, s.Description, [.. s.Rows.Select(r => r.Name)], s.Seeds))];

    internal override IEnumerable<ModelEntry> Networks => Scales.SelectMany(s => s.Rows).Select(r => r.Model);

    internal override string? Problem() =>
        base.Problem()
        ?? (Scales.Any(s => s.Seeds < 1) ? "a scale has no seed"
            : Scales.SelectMany(s => s.Rows).FirstOrDefault(r => r.Settings.Problem() is not null) is { } row ? $"the settings of {row.Name} cannot be used: {row.Settings.Problem()}"
            : null);
}

/// <summary>A study's rows at one size.</summary>
/// <param name="Name">What <c>--scale</c> takes.</param>
/// <param name="Description">What the size is: images, epochs.</param>
/// <param name="Seeds">Runs of each row: seeds 0, 1, 2 and so on.</param>
/// <param name="Rows">What is compared.</param>
public sealed record StudyScale(string Name, string Description, int Seeds, IReadOnlyList<StudyRow> Rows);

/// <summary>A network and how it is trained, as one thing that a study compares with others.</summary>
public sealed record StudyRow
{
    StudyRow(string name, TrainSettings settings, ModelEntry model) => (Name, Settings, Model) = (name, settings, model);

    /// <summary>What <c>--only</c> takes, and the name of the folder of its runs.</summary>
    public string Name { get; }

    /// <summary>How it is trained; the seed is the study's.</summary>
    public TrainSettings Settings { get; }

    /// <summary>What somebody else has reported for it; null for nothing.</summary>
    public PublishedResult? Published { get; init; }

    internal ModelEntry Model { get; }

    /// <summary>A row of a network, which need not be among those that the program lists.</summary>
    /// <typeparam name="TNetwork">Its class; one that was not added by <see cref="NinApp.Add{TNetwork}"/> is known to all commands by the class's name.</typeparam>
    /// <param name="name">Letters, digits, <c>-</c>, <c>_</c> and <c>.</c>.</param>
    /// <param name="settings">How it is trained.</param>
    /// <param name="normalization">Of the pixels, for a network that was not added; else it has its own. Pixels from 0 to 1 by default.</param>
    public static StudyRow Of<TNetwork>(string name, TrainSettings settings, Normalization? normalization = null) where TNetwork : INetworkType<TNetwork>
    {
        ArgumentNullException.ThrowIfNull(settings);
        return new StudyRow(name, settings, ModelEntry.Unlisted<TNetwork>(normalization));
    }
}

/// <summary>What somebody else has reported: mean loss and accuracies from 0 to 1.</summary>
public sealed record PublishedResult(double Loss, double TrainAccuracy, double TestAccuracy);

/// <summary>A study that counts what networks take, and measures it as allocated: nothing is trained.</summary>
/// <param name="Name">What <c>experiment</c> takes.</param>
/// <param name="Question">What it is to answer, in a line.</param>
/// <param name="Scales">Batch sizes to measure at, by name.</param>
/// <param name="Rows">The networks.</param>
public sealed record ResourceStudy(string Name, string Question, IReadOnlyList<ResourceScale> Scales, IReadOnlyList<ResourceRow> Rows) : Study(Name, Question)
{
    internal override IReadOnlyList<ScaleInfo> ScaleInfos => [.. Scales.Select(s => new ScaleInfo(s.Name, $"batches of {string.Join(", ", s.Batches)}", [.. Rows.Select(r => r.Name)], 1))];

    internal override IEnumerable<ModelEntry> Networks => Rows.Select(r => r.Model);

    internal override string? Problem() => base.Problem() ?? (Scales.Any(s => s.Batches.Count == 0 || s.Batches.Any(b => b < 1)) ? "a scale has no batch of 1 or more" : null);
}

/// <summary>Batch sizes to measure at.</summary>
/// <param name="Name">What <c>--scale</c> takes.</param>
/// <param name="Batches">Images per step.</param>
public sealed record ResourceScale(string Name, IReadOnlyList<int> Batches);

/// <summary>A network whose cost is counted.</summary>
public sealed record ResourceRow
{
    ResourceRow(string name, ModelEntry model) => (Name, Model) = (name, model);

    /// <summary>Its name in the study.</summary>
    public string Name { get; }

    /// <summary>What somebody else has reported for it; null for nothing.</summary>
    public PublishedCost? Published { get; init; }

    internal ModelEntry Model { get; }

    /// <summary>A row of a network.</summary>
    /// <typeparam name="TNetwork">Its class.</typeparam>
    /// <param name="name">Letters, digits, <c>-</c>, <c>_</c> and <c>.</c>.</param>
    public static ResourceRow Of<TNetwork>(string name) where TNetwork : INetworkType<TNetwork> => new(name, ModelEntry.Unlisted<TNetwork>(null));
}

/// <summary>A reported cost of one image.</summary>
/// <param name="Parameters">Trained elements.</param>
/// <param name="Operations">Floating-point operations of the forward pass.</param>
/// <param name="TrainingBytes">Bytes for training.</param>
/// <param name="InferenceBytes">Bytes for prediction.</param>
public sealed record PublishedCost(double Parameters, double Operations, double TrainingBytes, double InferenceBytes);
