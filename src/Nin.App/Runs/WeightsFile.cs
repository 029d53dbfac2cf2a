using Nin.Data;

namespace Nin.App.Runs;

/// <summary>A file of weights whose network is known.</summary>
sealed class WeightsFile
{
    readonly string path;
    readonly IReadOnlyDictionary<string, string> metadata;

    WeightsFile(string path, ModelEntry model, IReadOnlyDictionary<string, string> metadata)
    {
        this.path = path;
        this.metadata = metadata;
        Model = model;
    }

    /// <summary>The network.</summary>
    public ModelEntry Model { get; }

    /// <summary>What the weights learnt from, if the file says so.</summary>
    public string? Dataset => metadata.GetValueOrDefault(WeightsMetadata.Dataset) is { } name && RunData.Names.Contains(name) ? name : null;

    /// <summary>How pictures are prepared, and what classes are called: as the file says, or as the network was trained where it does not.</summary>
    /// <exception cref="InvalidDataException">What the file says is damaged, or of another network.</exception>
    public Preprocessing Preprocessing => field ??= FindPreprocessing();

    /// <summary>What the file says of itself beside what every file of weights does.</summary>
    public IReadOnlyDictionary<string, string> OwnMetadata => metadata.Where(m => !Checkpoint.IsOwnKey(m.Key)).ToDictionary();

    /// <summary>Finds the network in the file's metadata, unless it is named.</summary>
    /// <param name="path">A file, or the folder of a run.</param>
    /// <param name="named">The network that was asked for, or null.</param>
    /// <param name="models">The networks that there are.</param>
    /// <exception cref="InvalidDataException">The file is damaged, or names no network of this program.</exception>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    public static WeightsFile Open(string path, ModelEntry? named, ModelCatalog models)
    {
        if (Directory.Exists(path))
        {
            var run = new RunFolder(path);
            if (!File.Exists(run.Weights)) throw new FileNotFoundException($"{path} is a folder without model.safetensors; name the folder of a run that has finished an epoch, or a file.");
            path = run.Weights;
        }

        if (!File.Exists(path)) throw new FileNotFoundException($"{path} does not exist; name a model.safetensors that `{NinApp.Name} train` wrote.");
        var metadata = Checkpoint.ReadMetadata(path);
        string? name = metadata.GetValueOrDefault(Checkpoint.ModelKey);
        var model = named ?? (name is null ? null : models.FindByClass(name));
        if (model is null)
        {
            string what = name is null ? "names no model" : $"names the model '{ErrorText.OneLine(name)}', which does not ship with this program";
            throw new InvalidDataException($"{path} {what}: add --model, one of {string.Join(", ", models.Ids)}.");
        }

        return new WeightsFile(path, model, metadata);
    }

    /// <summary>A file of a network that is known.</summary>
    public static WeightsFile Of(string path, ModelEntry model) => Open(path, model, new ModelCatalog([model], model.Id));

    /// <summary>The network with the weights.</summary>
    /// <exception cref="InvalidDataException">They are another network's; the message names the first tensor that differs.</exception>
    public INetwork Load(Device device) => Checkpoint.LoadInto(Model.Create(device, 0), path);

    Preprocessing FindPreprocessing()
    {
        var architecture = Model.Architecture();
        var found = Nin.Data.Preprocessing.IsIn(metadata)
            ? Nin.Data.Preprocessing.FromMetadata(metadata, path)
            : WeightsMetadata.Preprocessing(architecture, NamesOf(Dataset), Model.Normalization);
        return found.FindMismatch(architecture) is { } problem ? throw new InvalidDataException($"{path} cannot be used: {problem}") : found;
    }

    static IReadOnlyList<string> NamesOf(string? dataset) => dataset switch
    {
        RunData.FashionMnistName => FashionMnist.ClassNames,
        RunData.SyntheticName => SyntheticDataset.ClassNames,
        _ => [],
    };
}

/// <summary>What the app adds to a weights file's metadata.</summary>
static class WeightsMetadata
{
    /// <summary>The images that the weights learnt from.</summary>
    public const string Dataset = "nin.dataset";

    /// <summary>What a run keeps with its weights.</summary>
    public static IReadOnlyDictionary<string, string> Of(Architecture architecture, TrainSettings settings, RunData data)
    {
        var preprocessing = data.Preprocessing ?? Preprocessing(architecture, data.Test.ClassNames, data.Normalization);
        var metadata = preprocessing.FindMismatch(architecture) is null ? preprocessing.ToMetadata().ToDictionary() : [];
        metadata[Dataset] = settings.Dataset;
        return metadata;
    }

    /// <summary>Data sets of one size are resized side by side, whatever the network's input; a class without a name has its number.</summary>
    public static Preprocessing Preprocessing(Architecture architecture, IReadOnlyList<string> names, Normalization? normalization) => new(
        [.. Enumerable.Range(0, architecture.Output.Channels).Select(k => k < names.Count ? names[k] : $"class {k}")],
        architecture.Input.Channels, architecture.Input.Height, architecture.Input.Width, ResizeRule.Stretch, normalization);
}
