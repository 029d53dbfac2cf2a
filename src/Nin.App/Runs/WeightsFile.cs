namespace Nin.App.Runs;

/// <summary>A file of weights whose network is known.</summary>
sealed class WeightsFile
{
    readonly string path;

    WeightsFile(string path, ModelEntry model, string? dataset)
    {
        this.path = path;
        Model = model;
        Dataset = dataset;
    }

    /// <summary>The network.</summary>
    public ModelEntry Model { get; }

    /// <summary>What the weights learnt from, if the file says so.</summary>
    public string? Dataset { get; }

    /// <summary>Finds the network in the file's metadata, unless it is named.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, or names no network that ships here.</exception>
    /// <exception cref="IOException">The file is not there or cannot be read.</exception>
    public static WeightsFile Open(string path, ModelEntry? named, ModelCatalog models)
    {
        if (!File.Exists(path)) throw new FileNotFoundException($"{path} is not there; name a model.safetensors that `{NinApp.Name} train` wrote.");
        var metadata = Checkpoint.ReadMetadata(path);
        string? name = metadata.GetValueOrDefault(Checkpoint.ModelKey);
        var model = named ?? (name is null ? null : models.FindByClass(name));
        if (model is null)
        {
            string what = name is null ? "names no model" : $"names the model '{ErrorText.OneLine(name)}', which does not ship here";
            throw new InvalidDataException($"{path} {what}: add --model, one of {string.Join(", ", models.Ids)}.");
        }

        string? dataset = metadata.GetValueOrDefault(WeightsMetadata.Dataset);
        return new WeightsFile(path, model, dataset is RunData.FashionMnistName or RunData.SyntheticName ? dataset : null);
    }

    /// <summary>A file of a network that is known.</summary>
    public static WeightsFile Of(string path, ModelEntry model) => Open(path, model, new ModelCatalog([model], model.Id));

    /// <summary>The network with the weights.</summary>
    /// <exception cref="InvalidDataException">They are another network's; the message names the first tensor that differs.</exception>
    public INetwork Load(Device device)
    {
        var network = Model.Create(device, 0);
        try
        {
            Checkpoint.Load(network, path);
            return network;
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }
}

/// <summary>What the runner adds to a weights file's metadata.</summary>
static class WeightsMetadata
{
    /// <summary>The images that the weights learnt from.</summary>
    public const string Dataset = "dataset";
}
