using System.Globalization;
using Nin.Data;

namespace Nin.Training;

/// <summary>
/// What decides the bits of a run, name by name: a checkpoint keeps it, and a run resumes with the same alone. What changes no bit (threads,
/// prefetching, the batch size of the test, how often checkpoints are written) is not in it, nor the device, between which bits may differ.
/// </summary>
static class RunDescription
{
    public const string Epochs = "epochs";

    const string None = "none";

    /// <summary>Describes a run as it is now.</summary>
    /// <param name="network">Its frozen parameters count; its layers and its seed are checked by the checkpoint itself.</param>
    /// <param name="data">Its images are hashed, once.</param>
    /// <param name="options">How it is trained.</param>
    /// <param name="optimizer">What updates it.</param>
    /// <param name="peak">The peak learning rate.</param>
    public static IReadOnlyDictionary<string, string> Of(
        INetwork network, TrainingData data, TrainerOptions options, Optimizer optimizer, double peak)
    {
        var schedule = options.Schedule is ExtendedSchedule extended ? extended.Schedule : options.Schedule;
        var loss = options.Loss ?? Loss.Default;
        string[] frozen = [.. network.Parameters.Where(p => p.Spec.IsTrainable && !p.RequiresGradient).Select(p => p.Name)];
        return new Dictionary<string, string>
        {
            ["seed"] = Invariant($"{options.Seed}"),
            [Epochs] = Invariant($"{options.Epochs}"),
            ["batchSize"] = Invariant($"{options.BatchSize}"),
            ["learningRate"] = Invariant($"{peak:R}"),
            ["schedule"] = schedule.GetType().FullName!,
            ["scheduleSettings"] = schedule.Describe(),
            ["optimizer"] = optimizer.GetType().FullName!,
            ["optimizerSettings"] = optimizer.Settings,
            ["loss"] = loss.GetType().FullName!,
            ["lossSettings"] = loss.Describe(),
            ["frozenParameters"] = string.Join(", ", frozen),
            ["augmentation"] = string.Join(", ", [$"{data.Augmentation}", .. data.Transforms.Select(t => $"{t.GetType().FullName}: {t.Describe()}")]),
            ["trainingImages"] = Shape(data.Training),
            ["trainingClasses"] = string.Join(", ", data.Training.ClassNames),
            ["trainingHash"] = data.Training.ContentHash,
            ["testImages"] = Shape(data.Test),
            ["testClasses"] = Classes(data.Test),
            ["testHash"] = data.Test?.ContentHash ?? None,
            ["validationImages"] = Shape(data.Validation),
            ["validationClasses"] = Classes(data.Validation),
            ["validationHash"] = data.Validation?.ContentHash ?? None,
            // After the images, from which it is often taken: what differs is said in this order.
            ["normalization"] = data.Normalization is { } n ? $"mean {Numbers(n.Mean)}, std {Numbers(n.Std)}" : "none",
            ["bestWeights"] = $"{options.BestWeights}",
            ["patience"] = options.Patience is { } patience ? Invariant($"{patience}") : None,
        };
    }

    /// <summary>The first of these that a checkpoint has otherwise, with both values; null where a run can go on with the same bits.</summary>
    /// <param name="now">The run that resumes.</param>
    /// <param name="then">The run of the checkpoint.</param>
    /// <param name="changeEpochs">Whether the number of epochs may differ.</param>
    public static string? Difference(IReadOnlyDictionary<string, string> now, IReadOnlyDictionary<string, string> then, bool changeEpochs)
    {
        foreach (var (name, value) in now)
        {
            if (name == Epochs && changeEpochs) continue;
            if (then.GetValueOrDefault(name) is not { } before) return $"{name} is missing in it and is '{Short(value)}' now";
            if (before != value) return $"{name} is '{Short(before)}' in it and '{Short(value)}' now";
        }

        return then.Keys.FirstOrDefault(name => !now.ContainsKey(name)) is { } unknown ? $"{Short(unknown)} is unknown to this program" : null;
    }

    static string Shape(ImageDataset? data) => data is null ? None : Invariant($"{data.Count} x {data.Channels} x {data.Height} x {data.Width}");

    static string Classes(ImageDataset? data) => data is null ? None : string.Join(", ", data.ClassNames);

    static string Numbers(IEnumerable<float> values) => string.Join(' ', values.Select(v => Invariant($"{v:R}")));

    static string Invariant(FormattableString text) => FormattableString.Invariant(text);

    // An error is one line that can be read: names of classes come from users and files.
    static string Short(string text)
    {
        const int Most = 200;
        string line = string.Join(' ', text.Split((char[])['\r', '\n'], StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= Most ? line : line[..Most] + "...";
    }
}
