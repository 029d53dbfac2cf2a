using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text.Json;

namespace Nin.Training;

/// <summary>Makes sure that all ranks are about to do the same, before the first step.</summary>
static class RankAgreement
{
    /// <exception cref="InvalidOperationException">A rank has another version, network, data, options or checkpoint: the message names rank, setting and both values.</exception>
    public static void Check(RankGroup ranks, INetwork network, IReadOnlyDictionary<string, string> run, TrainerOptions options, int epochs, int steps)
    {
        var own = new Dictionary<string, string>
        {
            ["version of Nin"] = Version(typeof(Network<,>)),
            ["build of Nin"] = $"{Build(typeof(Device))} {Build(typeof(Network<,>))}",
            ["network"] = network.Architecture.Name,
            ["architecture"] = network.Architecture.Hash(),
            ["build of the network"] = Build(network.GetType()),
            ["networkSeed"] = Invariant(network.Seed),
            // What changes no bit in one process does between several: their weights would drift apart, or their messages have other lengths.
            ["kind of device"] = $"{network.Device.Kind}",
            ["precision"] = $"{network.Device.Precision}",
            ["registers (bits)"] = Invariant(network.Device.RegisterBits),
            ["synchronised batch normalisation"] = $"{options.SynchronizeBatchNorm}",
            ["evaluation batch size"] = Invariant(options.EvaluationBatchSize),
            ["begins after epoch"] = Invariant(epochs),
            ["begins after step"] = Invariant(steps),
        };
        foreach (var (name, value) in run) own[name] = value;

        byte[] text = JsonSerializer.SerializeToUtf8Bytes(own, RankJson.Default.DictionaryStringString);
        byte[] hashes = Gather(ranks, SHA256.HashData(text));
        if (Equal(hashes, SHA256.HashSizeInBytes)) return;

        // All ranks come here, since all have seen the same hashes.
        byte[] lengths = Gather(ranks, BitConverter.GetBytes(text.Length));
        int longest = Enumerable.Range(0, ranks.Count).Max(r => BitConverter.ToInt32(lengths, r * sizeof(int)));
        Array.Resize(ref text, longest);
        byte[] all = Gather(ranks, text);
        var first = Of(0);
        for (int rank = 1; rank < ranks.Count; rank++)
        {
            var other = Of(rank);
            foreach (var (name, value) in first)
            {
                string there = other.GetValueOrDefault(name, "none");
                if (there != value)
                    throw new InvalidOperationException(
                        $"Rank {rank} disagrees with rank 0: {name} is '{there}' there and '{value}' here. Start all ranks with the same program, data and options.");
            }
        }

        throw new InvalidOperationException("The ranks disagree in what they are to train: start all with the same program, data and options.");

        Dictionary<string, string> Of(int rank) => JsonSerializer.Deserialize(
            all.AsSpan(rank * longest, BitConverter.ToInt32(lengths, rank * sizeof(int))), RankJson.Default.DictionaryStringString)!;
    }

    static string Invariant(long value) => value.ToString(CultureInfo.InvariantCulture);

    static string Version(Type type) =>
        type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? type.Assembly.GetName().Version!.ToString();

    // The compiler's own mark of what it compiled: equal sources of one compiler have equal ones.
    static string Build(Type type) => type.Module.ModuleVersionId.ToString("N")[..8];

    /// <exception cref="NotSupportedException">The network is on a device whose batch normalisation cannot take statistics over ranks.</exception>
    public static void RequireSynchronizable(INetwork network)
    {
        if (network.Device is not CpuDevice && network.Parameters.Any(p => p.Spec.Role == ParameterRole.RunningMean))
            throw new NotSupportedException(
                $"Batch normalisation over all ranks runs on device cpu alone, not on {network.Device.Id}: leave SynchronizeBatchNorm out, so that each rank takes its own statistics.");
    }

    static byte[] Gather(RankGroup ranks, byte[] own)
    {
        byte[] all = new byte[own.Length * ranks.Count];
        ranks.Gather(own, all);
        return all;
    }

    static bool Equal(byte[] all, int length)
    {
        for (int at = length; at < all.Length; at += length)
        {
            if (!all.AsSpan(at, length).SequenceEqual(all.AsSpan(0, length))) return false;
        }

        return true;
    }
}

[System.Text.Json.Serialization.JsonSerializable(typeof(Dictionary<string, string>))]
sealed partial class RankJson : System.Text.Json.Serialization.JsonSerializerContext;

/// <summary>Whether a run over ranks has the bits of one in one process.</summary>
public static class RankBits
{
    /// <summary>Examples of the largest leaf of a sum over a batch (decided by the layer's shape): a part of whole leaves has this many, or a multiple.</summary>
    const int LargestLeaf = 8;

    /// <summary>Why losses and weights may differ from those of one process in the last digits, and what to change; null where they have the same bits.</summary>
    /// <param name="network">What is trained.</param>
    /// <param name="ranks">Processes.</param>
    /// <param name="batchSize">Examples of the batch of all together.</param>
    /// <param name="synchronizesBatchNorm">As in <see cref="TrainerOptions.SynchronizeBatchNorm"/>.</param>
    public static string? Differ(INetwork network, int ranks, int batchSize, bool synchronizesBatchNorm)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentOutOfRangeException.ThrowIfLessThan(ranks, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        if (ranks == 1) return null;
        int part = (batchSize - 1) / ranks + 1;
        if (part < LargestLeaf || !int.IsPow2(part))
        {
            int next = Math.Max(LargestLeaf, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)part));
            return $"a batch of {batchSize} over {ranks} ranks is {part} examples each, and sums keep their order where that is a power of two of {LargestLeaf} or more: " +
                $"a batch of {(long)next * ranks} would keep them.";
        }

        return !synchronizesBatchNorm && network.Parameters.Any(p => p.Spec.Role == ParameterRole.RunningMean)
            ? "each rank normalises by the statistics of its own part; synchronised batch normalisation would keep them."
            : null;
    }
}
