using System.Globalization;
using Nin.Training;

namespace Nin.Checkpoints;

/// <summary>
/// All that a killed run needs to resume and give the bits of one that was never stopped: a folder with the newest checkpoints, each of
/// <c>model.safetensors</c>, <c>optimizer.safetensors</c> and <c>state.json</c> with their checksums (see <see cref="CheckpointHistory"/>). A
/// damaged one is passed over for the one before.
/// </summary>
public static class TrainingCheckpoint
{
    /// <summary>Checkpoints that are kept unless asked for more.</summary>
    public const int DefaultKeep = 2;

    const string ModelFile = "model.safetensors";
    const string OptimizerFile = "optimizer.safetensors";
    const string StateFile = "state.json";
    const string BestFile = "best.safetensors";
    const string OptimizerKey = "nin.optimizer";
    const string StepsKey = "nin.steps";
    const string LearningRateKey = "nin.learning_rate";

    static readonly string[] Files = [ModelFile, OptimizerFile, StateFile];

    /// <summary>Whether there is a checkpoint, whole or damaged: one from which a run must not start anew without a word.</summary>
    public static bool Exists(string folder) => History(folder).NewestFirst().Count > 0 || IsOldFormat(folder);

    /// <summary>Adds a checkpoint to a folder. Those before stay readable until it is whole.</summary>
    /// <param name="folder">The checkpoints; nothing else belongs in it.</param>
    /// <param name="network">Its weights, running statistics and training steps are kept.</param>
    /// <param name="optimizer">Its state is kept.</param>
    /// <param name="state">Where the run stands.</param>
    /// <param name="keep">Whole checkpoints to keep, this one counted; older ones are deleted.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="keep"/> is below 1.</exception>
    /// <exception cref="InvalidOperationException">
    /// The network or its optimiser holds NaN or infinities: there would be nothing to resume from. The checkpoints before are unchanged.
    /// </exception>
    /// <exception cref="IOException">It could not be written; those before are unchanged.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written.</exception>
    public static void Save(string folder, INetwork network, Optimizer optimizer, TrainingState state, int keep = DefaultKeep) =>
        Save(Disk.Local, folder, network, optimizer, state, keep);

    internal static void Save(
        Disk disk, string folder, INetwork network, Optimizer optimizer, TrainingState state, int keep = DefaultKeep,
        IReadOnlyDictionary<string, float[]>? bestWeights = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(optimizer);
        ArgumentNullException.ThrowIfNull(state);
        ArgumentOutOfRangeException.ThrowIfLessThan(keep, 1);
        var weights = Checkpoint.Writer(network, parameter => Finite(parameter.Name, parameter.ToArray()));
        var moments = OptimizerWriter(optimizer);
        List<CheckpointFile> best = [];
        if (bestWeights is not null)
        {
            var writer = Checkpoint.Writer(network, parameter => bestWeights[parameter.Name]);
            best.Add(new CheckpointFile(BestFile, writer.WriteTo, writer.Length, IsOptional: true));
        }

        new CheckpointHistory(folder, disk).Add(
            [
                .. best,
                new CheckpointFile(ModelFile, weights.WriteTo, weights.Length),
                new CheckpointFile(OptimizerFile, moments.WriteTo, moments.Length),
                new CheckpointFile(StateFile, stream => TrainingStateFile.Write(stream, state, network)),
            ],
            keep);
    }

    /// <summary>Reads where the run stood: from the checkpoint that <see cref="Load(string, INetwork, Optimizer)"/> takes.</summary>
    /// <exception cref="InvalidDataException">There is no whole checkpoint.</exception>
    public static TrainingState ReadState(string folder)
    {
        var (inside, passedOver) = Locate(folder);
        return TrainingStateFile.Read(Path.Combine(inside, StateFile), network: null) with { PassedOver = passedOver };
    }

    /// <summary>
    /// Puts a network and its optimiser where the run stood, from the newest whole checkpoint. Everything is checked before anything of either
    /// is changed.
    /// </summary>
    /// <param name="folder">The checkpoints.</param>
    /// <param name="network">A network of the same class and seed.</param>
    /// <param name="optimizer">An optimiser of the same kind and settings over its parameters.</param>
    /// <returns>Where it stood, and which damaged checkpoints were passed over.</returns>
    /// <exception cref="InvalidDataException">There is no whole checkpoint, or it is another network's, seed's or optimiser's.</exception>
    public static TrainingState Load(string folder, INetwork network, Optimizer optimizer) => Load(folder, network, optimizer, check: null);

    /// <param name="folder">The checkpoints.</param>
    /// <param name="network">A network of the same class and seed.</param>
    /// <param name="optimizer">An optimiser of the same kind and settings.</param>
    /// <param name="best">Gets the best epoch and its weights.</param>
    /// <param name="check">Throws where the run cannot resume from this state of this file; nothing is changed before.</param>
    internal static TrainingState Load(string folder, INetwork network, Optimizer optimizer, Action<TrainingState, string>? check, BestSoFar? best = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(optimizer);
        var (inside, passedOver) = Locate(folder);
        string stateFile = Path.Combine(inside, StateFile);
        var state = TrainingStateFile.Read(stateFile, network) with { PassedOver = passedOver };
        check?.Invoke(state, stateFile);
        using var weights = SafetensorsReader.Open(Path.Combine(inside, ModelFile));
        using var moments = SafetensorsReader.Open(Path.Combine(inside, OptimizerFile));
        int trainingSteps = Checkpoint.Verify(network, weights);
        var (steps, learningRate) = VerifyOptimizer(optimizer, moments);
        var ofNetwork = Checkpoint.Stage(weights, network.Parameters.Select(p => p.Name), allowNonFinite: false);
        var ofOptimizer = Checkpoint.Stage(moments, optimizer.State.Select(s => s.Name), allowNonFinite: false);
        var bestWeights = state.Best is null || best is null ? null : ReadBest(Path.Combine(inside, BestFile), network);
        Checkpoint.Write(network, ofNetwork, trainingSteps);
        best?.Resume(state.Best, bestWeights);
        foreach (var ((_, array), values) in optimizer.State.Zip(ofOptimizer)) array.CopyFrom(values);
        optimizer.Resume(steps);
        optimizer.LearningRate = learningRate;
        return state;
    }

    /// <summary>Deletes what a killed run left in its folder, as the next <see cref="Save(string, INetwork, Optimizer, TrainingState, int)"/> would.</summary>
    internal static void Tidy(Disk disk, string folder) => new CheckpointHistory(folder, disk).Tidy(DefaultKeep, Files);

    static Dictionary<string, float[]> ReadBest(string path, INetwork network)
    {
        using var reader = SafetensorsReader.Open(path);
        Checkpoint.Verify(network, reader);
        return network.Parameters.ToDictionary(p => p.Name, p => reader.ReadFloats(p.Name));
    }

    // Not every checkpoint has best weights; those that are there must be whole.
    static string[] FilesOf(string checkpoint) => File.Exists(Path.Combine(checkpoint, BestFile)) ? [.. Files, BestFile] : Files;

    static CheckpointHistory History(string folder) => new(folder, Disk.Local);

    static (string Checkpoint, IReadOnlyList<string> PassedOver) Locate(string folder)
    {
        List<string> passedOver = [];
        foreach (string checkpoint in History(folder).NewestFirst())
        {
            if (CheckpointHistory.Problem(checkpoint, FilesOf(checkpoint)) is not { } problem) return (checkpoint, passedOver);
            passedOver.Add($"{checkpoint}: {problem}");
        }

        throw new InvalidDataException(
            passedOver.Count > 0 ? $"{folder} holds no whole checkpoint ({string.Join("; ", passedOver)}): start a new run."
            : IsOldFormat(folder) ? $"{folder} was written by an earlier version of this program, without checksums: start a new run."
            : $"{folder} holds no checkpoint: there is nothing to resume. Train without resuming.");
    }

    // Before there was a history, the three files were in the folder itself.
    static bool IsOldFormat(string folder) => File.Exists(Path.Combine(folder, StateFile));

    static float[] Finite(string name, float[] values)
    {
        int wrong = NonFinite.Count(values);
        return wrong == 0
            ? values
            : throw new InvalidOperationException(
                $"Training has diverged: {wrong:N0} of the {values.Length:N0} values of '{name}' are NaN or infinite. No checkpoint was written, " +
                "and the one before is unchanged. Start again with a lower learning rate.");
    }

    static SafetensorsWriter OptimizerWriter(Optimizer optimizer)
    {
        var writer = new SafetensorsWriter();
        writer.SetMetadata(OptimizerKey, optimizer.GetType().Name);
        writer.SetMetadata(StepsKey, optimizer.Steps.ToString(CultureInfo.InvariantCulture));
        writer.SetMetadata(LearningRateKey, optimizer.LearningRate.ToString("R", CultureInfo.InvariantCulture));
        foreach (var (name, value) in optimizer.State) writer.AddFloats(name, [value.Length], () => Finite(name, value.ToArray()));
        return writer;
    }

    static (int Steps, double LearningRate) VerifyOptimizer(Optimizer optimizer, SafetensorsReader reader)
    {
        string kind = optimizer.GetType().Name;
        string? found = reader.Metadata.GetValueOrDefault(OptimizerKey);
        if (found != kind)
            throw new InvalidDataException($"{reader.Path} is the state of {SafetensorsHeader.Quote(found ?? "")}, not of {kind}; resume with the same optimiser.");
        foreach (var (name, value) in optimizer.State)
        {
            string want = SafetensorsEntry.KindOf(SafetensorsType.F32, [value.Length]);
            string? have = reader.Find(name)?.Kind;
            if (have != want)
                throw new InvalidDataException(
                    $"{reader.Path} does not fit the optimiser: '{name}' is {want} there and {have ?? "missing"} in the file; " +
                    "resume with the same settings.");
        }

        if (reader.Tensors.Count != optimizer.State.Count)
            throw new InvalidDataException($"{reader.Path} has {reader.Tensors.Count} arrays, the optimiser {optimizer.State.Count}; resume with the same settings.");
        if (!int.TryParse(reader.Metadata.GetValueOrDefault(StepsKey), NumberStyles.None, CultureInfo.InvariantCulture, out int steps)
            || !double.TryParse(reader.Metadata.GetValueOrDefault(LearningRateKey), NumberStyles.Float, CultureInfo.InvariantCulture, out double rate)
            || !double.IsFinite(rate) || rate < 0)
            throw new InvalidDataException($"{reader.Path} lacks the optimiser's steps and learning rate; it is damaged.");
        return (steps, rate);
    }
}
