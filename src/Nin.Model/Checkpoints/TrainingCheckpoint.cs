using System.Globalization;
using Nin.Training;

namespace Nin.Checkpoints;

/// <summary>
/// All that a killed run needs to go on at an epoch's end and give the bits of one that was never stopped: a folder with
/// <c>model.safetensors</c>, <c>optimizer.safetensors</c> and <c>state.json</c>, which is replaced as a whole (see <see cref="AtomicFolder"/>).
/// </summary>
public static class TrainingCheckpoint
{
    const string ModelFile = "model.safetensors";
    const string OptimizerFile = "optimizer.safetensors";
    const string StateFile = "state.json";
    const string OptimizerKey = "optimizer";
    const string StepsKey = "steps";
    const string LearningRateKey = "learning_rate";

    /// <summary>Whether a whole checkpoint is there.</summary>
    public static bool Exists(string folder) => AtomicFolder.Find(folder) is not null;

    /// <summary>Replaces the checkpoint in a folder. The old one stays readable until the new one is whole.</summary>
    /// <param name="folder">The checkpoint; made anew, so nothing else belongs in it.</param>
    /// <param name="network">Its weights, running statistics and training steps are kept.</param>
    /// <param name="optimizer">Its state is kept.</param>
    /// <param name="state">Where the run stands.</param>
    /// <exception cref="IOException">It could not be written; the old one is unchanged.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written.</exception>
    public static void Save(string folder, INetwork network, Optimizer optimizer, TrainingState state)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(optimizer);
        ArgumentNullException.ThrowIfNull(state);
        AtomicFolder.Write(folder, inside =>
        {
            Checkpoint.Save(network, Path.Combine(inside, ModelFile));
            OptimizerWriter(optimizer).Save(Path.Combine(inside, OptimizerFile));
            AtomicFile.Write(Path.Combine(inside, StateFile), stream => TrainingStateFile.Write(stream, state, network));
        });
    }

    /// <summary>Reads where the run stood.</summary>
    /// <exception cref="InvalidDataException">No whole checkpoint is there, or it is damaged.</exception>
    public static TrainingState ReadState(string folder) => TrainingStateFile.Read(Path.Combine(Locate(folder), StateFile), network: null);

    /// <summary>Puts a network and its optimiser where the run stood. Everything is checked before anything of either is changed.</summary>
    /// <param name="folder">The checkpoint.</param>
    /// <param name="network">A network of the same class and seed.</param>
    /// <param name="optimizer">An optimiser of the same kind and settings over its parameters.</param>
    /// <exception cref="InvalidDataException">No whole checkpoint is there, it is damaged, or another network's, seed's or optimiser's.</exception>
    public static TrainingState Load(string folder, INetwork network, Optimizer optimizer)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(optimizer);
        string inside = Locate(folder);
        var state = TrainingStateFile.Read(Path.Combine(inside, StateFile), network);
        using var weights = Open(inside, ModelFile);
        using var moments = Open(inside, OptimizerFile);
        int trainingSteps = Checkpoint.Verify(network, weights);
        var (steps, learningRate) = VerifyOptimizer(optimizer, moments);
        Checkpoint.Read(network, weights, trainingSteps);
        foreach (var (name, value) in optimizer.State) value.CopyFrom(moments.ReadFloats(name));
        optimizer.Resume(steps);
        optimizer.LearningRate = learningRate;
        return state;
    }

    static string Locate(string folder) => AtomicFolder.Find(folder)
        ?? throw new InvalidDataException($"{folder} holds no checkpoint: there is nothing to resume. Train without resuming.");

    static SafetensorsReader Open(string folder, string name)
    {
        string path = Path.Combine(folder, name);
        return File.Exists(path)
            ? SafetensorsReader.Open(path)
            : throw new InvalidDataException($"{folder} is no whole checkpoint: it lacks {name}.");
    }

    static SafetensorsWriter OptimizerWriter(Optimizer optimizer)
    {
        var writer = new SafetensorsWriter();
        writer.SetMetadata(OptimizerKey, optimizer.GetType().Name);
        writer.SetMetadata(StepsKey, optimizer.Steps.ToString(CultureInfo.InvariantCulture));
        writer.SetMetadata(LearningRateKey, optimizer.LearningRate.ToString("R", CultureInfo.InvariantCulture));
        foreach (var (name, value) in optimizer.State) writer.AddFloats(name, [value.Length], value.ToArray);
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
            || !double.TryParse(reader.Metadata.GetValueOrDefault(LearningRateKey), CultureInfo.InvariantCulture, out double rate)
            || !double.IsFinite(rate) || rate < 0)
            throw new InvalidDataException($"{reader.Path} lacks the optimiser's steps and learning rate; it is damaged.");
        return (steps, rate);
    }
}
