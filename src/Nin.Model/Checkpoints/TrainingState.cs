using System.Text.Json;
using System.Text.Json.Serialization;
using Nin.Training;

namespace Nin.Checkpoints;

/// <summary>Where a training run stands, beside its weights and its optimiser.</summary>
/// <param name="Epoch">Epochs done.</param>
/// <param name="Seed">Seed of order and augmentation.</param>
public sealed record TrainingState(int Epoch, int Seed)
{
    /// <summary>What the epoch after those that are done has brought so far; none at its start.</summary>
    public EpochProgress Begun { get; init; }

    /// <summary>The best epoch so far; null where none is kept. Its weights are in the checkpoint.</summary>
    public BestEpoch? Best { get; init; }

    /// <summary>
    /// What decides the bits of the run, name by name; <see cref="Trainer"/> writes it and does not resume with anything else. Empty in the
    /// checkpoints of a loop of one's own.
    /// </summary>
    public IReadOnlyDictionary<string, string> Run { get; init; } = new Dictionary<string, string>();

    /// <summary>The options of the run, for whoever resumes it.</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// Newer checkpoints that were damaged and passed over for the one that was read, each with the reason, for a warning. A checkpoint does
    /// not keep it.
    /// </summary>
    public IReadOnlyList<string> PassedOver { get; init; } = [];
}

/// <summary>An epoch that is not done yet: all that its metrics need to come out as if it had never been left.</summary>
/// <param name="Steps">Steps done in it.</param>
/// <param name="LossSum">The sum of their examples' losses.</param>
/// <param name="Correct">How many of their examples were right.</param>
/// <param name="Seconds">Time that they took.</param>
/// <param name="Weight">The sum of their examples' weights (<see cref="Loss.Weight"/>).</param>
[method: JsonConstructor] // Else a structure's own, which takes zeros for what a damaged file lacks.
public readonly record struct EpochProgress(int Steps, double LossSum, long Correct, double Seconds, double Weight = 0);

/// <summary>The best epoch of a run, by its validation.</summary>
/// <param name="Epoch">Which one, from 1.</param>
/// <param name="Score">Its accuracy, or its loss with the other sign: the higher the better.</param>
/// <param name="Waited">Epochs since then.</param>
public sealed record BestEpoch(int Epoch, double Score, int Waited);

/// <summary>A <see cref="TrainingState"/> as JSON, with what tells the network that it belongs to.</summary>
static partial class TrainingStateFile
{
    const int FormatVersion = 3;

    public static void Write(Stream stream, TrainingState state, INetwork network) => JsonSerializer.Serialize(
        stream,
        new Content(
            FormatVersion, network.Architecture.Name, network.Architecture.Hash(), network.Seed, state.Epoch, state.Seed, state.Begun, state.Run,
            state.Options, state.Best),
        Json.Default.Content);

    /// <exception cref="InvalidDataException">The file is missing, damaged, or another network's.</exception>
    public static TrainingState Read(string path, INetwork? network)
    {
        var content = Parse(path);
        if (content.FormatVersion != FormatVersion)
            throw new InvalidDataException($"{path} has the format version {content.FormatVersion}; this program reads {FormatVersion}. Start a new run.");
        if (content.Epoch < 0) throw new InvalidDataException($"{path} has {content.Epoch} epochs; they must be 0 or more.");
        if (content.Begun is not { Steps: >= 0, Correct: >= 0, Seconds: >= 0 and < double.PositiveInfinity } || !double.IsFinite(content.Begun.LossSum)
            || !(content.Begun.Weight >= 0 && double.IsFinite(content.Begun.Weight)) || content.Best is { Epoch: < 1 } or { Waited: < 0 })
            throw new InvalidDataException($"{path} has begun an epoch with numbers that no run has written; it is damaged.");
        if (content.Options.Concat(content.Run).Any(o => o.Value is null)) throw new InvalidDataException($"{path} has an option without a value; it is damaged.");
        if (network is not null && content.Architecture != network.Architecture.Hash())
            throw new InvalidDataException(
                $"{path} is of {SafetensorsHeader.Quote(content.Model)} with other layers than {network.Architecture.Name} has; resume with the same network.");
        if (network is not null && content.NetworkSeed != network.Seed)
            throw new InvalidDataException(
                $"{path} is of a network with the seed {content.NetworkSeed}, not {network.Seed}; resume with the same seed.");
        return new TrainingState(content.Epoch, content.Seed) { Begun = content.Begun, Run = content.Run, Options = content.Options, Best = content.Best };
    }

    static Content Parse(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            return JsonSerializer.Deserialize(stream, Json.Default.Content) ?? throw new JsonException("It is empty.");
        }
        catch (Exception exception) when (exception is JsonException or FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InvalidDataException($"{path} is missing or not a valid state of a training run; the checkpoint is damaged.", exception);
        }
    }

    sealed record Content(
        int FormatVersion, string Model, string Architecture, int NetworkSeed, int Epoch, int Seed, EpochProgress Begun,
        IReadOnlyDictionary<string, string> Run, IReadOnlyDictionary<string, string> Options, BestEpoch? Best = null);

    // What is missing, unknown, null or there twice is an error: a run must not go on with a default for what it does not understand.
    [JsonSourceGenerationOptions(
        PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, AllowDuplicateProperties = false)]
    [JsonSerializable(typeof(Content))]
    sealed partial class Json : JsonSerializerContext;
}
