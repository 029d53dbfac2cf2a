using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nin.Checkpoints;

/// <summary>Where a training run stands, beside its weights and its optimiser.</summary>
/// <param name="Epoch">Epochs done.</param>
/// <param name="Seed">Seed of order and augmentation.</param>
public sealed record TrainingState(int Epoch, int Seed)
{
    /// <summary>What whoever trains wants to find again: the options of the run.</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// Newer checkpoints that were damaged and passed over for the one that was read, each with the reason, for a warning. A checkpoint does
    /// not keep it.
    /// </summary>
    public IReadOnlyList<string> PassedOver { get; init; } = [];
}

/// <summary>A <see cref="TrainingState"/> as JSON, with what tells the network that it belongs to.</summary>
static class TrainingStateFile
{
    const int FormatVersion = 1;

    // What is missing, unknown, null or there twice is an error: a run must not go on with a default for what it does not understand.
    static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
    };

    public static void Write(Stream stream, TrainingState state, INetwork network) => JsonSerializer.Serialize(
        stream,
        new Content(FormatVersion, network.Architecture.Name, network.Architecture.Hash(), network.Seed, state.Epoch, state.Seed, state.Options),
        Options);

    /// <exception cref="InvalidDataException">The file is missing, damaged, or another network's.</exception>
    public static TrainingState Read(string path, INetwork? network)
    {
        var content = Parse(path);
        if (content.FormatVersion != FormatVersion)
            throw new InvalidDataException($"{path} has the format version {content.FormatVersion}; this program reads {FormatVersion}.");
        if (content.Epoch < 0) throw new InvalidDataException($"{path} has {content.Epoch} epochs; they must be 0 or more.");
        if (content.Options.Any(o => o.Value is null)) throw new InvalidDataException($"{path} has an option without a value; it is damaged.");
        if (network is not null && content.Architecture != network.Architecture.Hash())
            throw new InvalidDataException(
                $"{path} is of {SafetensorsHeader.Quote(content.Model)} with other layers than {network.Architecture.Name} has; resume with the same network.");
        if (network is not null && content.NetworkSeed != network.Seed)
            throw new InvalidDataException(
                $"{path} is of a network with the seed {content.NetworkSeed}, not {network.Seed}; resume with the same seed.");
        return new TrainingState(content.Epoch, content.Seed) { Options = content.Options };
    }

    static Content Parse(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            return JsonSerializer.Deserialize<Content>(stream, Options) ?? throw new JsonException("It is empty.");
        }
        catch (Exception exception) when (exception is JsonException or FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InvalidDataException($"{path} is missing or not a valid state of a training run; the checkpoint is damaged.", exception);
        }
    }

    sealed record Content(
        int FormatVersion, string Model, string Architecture, int NetworkSeed, int Epoch, int Seed, IReadOnlyDictionary<string, string> Options);
}
