using System.Security.Cryptography;
using System.Text;

namespace Nin.Distributed;

/// <summary>What a rank has of its machine, beside the other ranks there.</summary>
/// <param name="Index">Which of the ranks that see the same devices, from 0.</param>
/// <param name="Count">How many see them: all of the machine, unless each was given its own (by Slurm, for example).</param>
/// <param name="Sharers">How many of them may run on the same processors: all, unless <c>mpirun</c> binds each to its own.</param>
readonly record struct RankMachine(int Index, int Count, int Sharers)
{
    /// <summary>The processors that are left for each rank, 1 or more.</summary>
    public int Threads => Math.Max(1, Environment.ProcessorCount / Sharers);

    /// <summary>All ranks call it together.</summary>
    public static RankMachine Find(RankGroup ranks)
    {
        const int Length = 2 * SHA256.HashSizeInBytes;
        string name = Environment.MachineName, devices = Environment.GetEnvironmentVariable("CUDA_VISIBLE_DEVICES") ?? "";
        byte[] all = new byte[Length * ranks.Count];
        ranks.Gather([.. Hash($"{name} {devices}"), .. Hash($"{name} {Processors()}")], all);
        int index = 0, count = 0, sharers = 0;
        for (int rank = 0; rank < ranks.Count; rank++)
        {
            bool sees = Of(rank)[..SHA256.HashSizeInBytes].SequenceEqual(Of(ranks.Rank)[..SHA256.HashSizeInBytes]);
            if (sees && rank < ranks.Rank) index++;
            if (sees) count++;
            if (Of(rank).SequenceEqual(Of(ranks.Rank))) sharers++;
        }

        return new(index, count, sharers);

        ReadOnlySpan<byte> Of(int rank) => all.AsSpan(rank * Length, Length);
    }

    /// <summary>The id of this rank's device: of a kind without a number each rank of a machine has one of its own.</summary>
    /// <exception cref="ArgumentException">The id is unknown.</exception>
    /// <exception cref="InvalidOperationException">The machine has fewer of the kind than ranks.</exception>
    public string DeviceId(string id)
    {
        if (Count == 1 || id is not ("auto" or "cuda" or "opencl")) return id;
        var all = DeviceDiscovery.List();
        var best = all.First(d => d.IsDefault);
        if (id == "auto" && best.Kind is not (DeviceKind.Cuda or DeviceKind.OpenCl)) return id;
        DeviceInfo[] kind = [.. all.Where(d => d.Missing is null && (id == "auto" ? d.Kind == best.Kind : d.Id.StartsWith($"{id}:", StringComparison.Ordinal)))];
        // None at all: opening it says why. The first of the best kind may not be the first that is a GPU.
        if (kind.Length == 0) return id;
        int first = id == "auto" ? Array.IndexOf(kind, best) : 0;
        return first + Index < kind.Length
            ? kind[first + Index].Id
            : throw new InvalidOperationException(
                $"This is process {Index + 1} of {Count} on {Environment.MachineName}, which has {kind.Length - first} device(s) of {kind[0].Id.Split(':')[0]}: start one process per device, " +
                $"or let all share {kind[first].Id} by that name.");
    }

    static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));

    // Which processors this process may run on, as Linux says it; elsewhere mpirun binds nothing.
    static string Processors() => File.Exists("/proc/self/status")
        ? File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith("Cpus_allowed:", StringComparison.Ordinal)) ?? ""
        : "";
}
