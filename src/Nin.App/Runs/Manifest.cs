using System.Reflection;
using System.Runtime.InteropServices;
using Nin.Checkpoints;
using Nin.App.Results;

namespace Nin.App.Runs;

/// <summary><c>manifest.json</c>: all that is needed to do a run again.</summary>
/// <param name="Versions">The software.</param>
/// <param name="Started">When the run was started first.</param>
/// <param name="Model">Id of the network.</param>
/// <param name="Architecture"><see cref="Nin.Architecture.Hash"/>.</param>
/// <param name="Data">The images.</param>
/// <param name="Options">The settings, presets resolved.</param>
/// <param name="Seed">Of initial weights, order, augmentation and dropout.</param>
/// <param name="Device">What it ran on.</param>
sealed record Manifest(
    ManifestVersions Versions,
    DateTimeOffset Started,
    string Model,
    string Architecture,
    ManifestData Data,
    TrainSettings Options,
    int Seed,
    ManifestDevice Device)
{
    /// <summary>Of a run that begins now.</summary>
    public static Manifest Of(ModelEntry model, TrainSettings settings, RunData images, Device device) => new(
        ManifestVersions.OfThisProcess(), DateTimeOffset.Now, model.Id, model.Architecture().Hash(), images.Source, settings, settings.Seed,
        new ManifestDevice(device.Id, device.Name, device.Threads) { RegisterBits = device.RegisterBits });

    /// <summary>
    /// Why two runs may not have the same bits, a phrase for each reason. (Threads do not count, nor does the name of a processor: equal bits are
    /// promised per instruction set and device.)
    /// </summary>
    public IEnumerable<string> Differences(Manifest now)
    {
        if (now.Device.Id != Device.Id) yield return $"device {Device.Id}, not {now.Device.Id}";
        else if (Device.Id is not "cpu" && now.Device.Name != Device.Name) yield return $"{Device.Name}, not {now.Device.Name}";
        if (Device.RegisterBits is { } bits && bits != now.Device.RegisterBits) yield return $"registers of {bits} bits, not {now.Device.RegisterBits}";
        if (now.Versions.Processor != Versions.Processor) yield return $"{Versions.Processor}, not {now.Versions.Processor}";
        if (Release(now.Versions.Nin) != Release(Versions.Nin)) yield return $"Nin {Versions.Nin}, not {now.Versions.Nin}";
        if (now.Versions.Dotnet != Versions.Dotnet) yield return $"{Versions.Dotnet}, not {now.Versions.Dotnet}";
    }

    // What follows the plus is the commit, which is another one after every rebuild of a program that is being worked on.
    static string Release(string version) => version.Split('+')[0];

    /// <summary>Where a resumed run was given another number of epochs, in order; null for one that never was.</summary>
    public IReadOnlyList<ManifestExtension>? Extensions { get; init; }

    /// <summary>
    /// The manifest of the run with another number of epochs from a checkpoint on. That may be from before the last extension, where later ones are damaged:
    /// what the run does again from there on is then that of the new number, and the extensions that it has not come to are none.
    /// </summary>
    public Manifest Extend(int epochs, TrainingState at)
    {
        if (epochs == Options.Epochs) return this;
        List<ManifestExtension> reached = [.. (Extensions ?? []).TakeWhile(e => (e.Epoch, e.Step).CompareTo((at.Epoch, at.Begun.Steps)) <= 0)];
        int from = Extensions?.ElementAtOrDefault(reached.Count)?.From ?? Options.Epochs;
        if (from != epochs) reached.Add(new ManifestExtension(at.Epoch, at.Begun.Steps, from, epochs));
        return this with { Options = Options with { Epochs = epochs }, Extensions = reached.Count > 0 ? reached : null };
    }

    /// <summary>What no run could have been started with, in some words without a full stop; or null.</summary>
    public string? Problem(ModelCatalog models) =>
        !models.TryGet(Model, out _, out _) ? $"model is '{ErrorText.OneLine(Model)}'; it must be one of {string.Join(", ", models.Ids)}"
        : Options.Batch is null ? "options.batch is missing; it must be a whole number of 1 or more"
        : Options.Problem() is { } problem ? $"options.{problem}"
        : Seed != Options.Seed ? $"seed is {Seed} and options.seed is {Options.Seed}; they must be equal"
        : Data.Dataset != Options.Dataset ? $"data.dataset is '{ErrorText.OneLine(Data.Dataset)}' and options.dataset is '{ErrorText.OneLine(Options.Dataset)}'; they must be equal"
        : Extensions is { } extensions && !AreChain(extensions) ? $"extensions must lead from one number of epochs to the next, up to options.epochs ({Options.Epochs})"
        : Data.Files.Any(f => f is null) ? "data.files has an entry that is null"
        : null;

    bool AreChain(IReadOnlyList<ManifestExtension> extensions)
    {
        var before = (Epoch: 0, Step: 0);
        for (int i = 0; i < extensions.Count; i++)
        {
            if (extensions[i] is not { From: >= 1, Step: >= 0 } e || (e.Epoch, e.Step).CompareTo(before) < 0 || e.Epoch >= e.To || (e.Epoch, e.Step).CompareTo((e.From, 0)) > 0) return false;
            if (e.To != (i + 1 < extensions.Count ? extensions[i + 1]?.From : Options.Epochs)) return false;
            before = (e.Epoch, e.Step);
        }

        return extensions.Count > 0;
    }

    /// <summary>Makes sure that what is there now is what the run began with.</summary>
    /// <exception cref="InvalidDataException">The network or the images are others.</exception>
    public void CheckSame(Manifest now, string path)
    {
        if (now.Architecture != Architecture)
            throw new InvalidDataException($"{path}: the run was made by a version of {Model} with other layers; start a new run.");
        var differs = now.Data.Files.FirstOrDefault(file => !Data.Files.Contains(file));
        if (differs is not null || now.Data.Files.Count != Data.Files.Count)
            throw new InvalidDataException(
                $"{path}: the run was made with other images ({differs?.Name ?? "more files"}); name their folder with --data, or " +
                "start a new run.");
    }
}

/// <summary>What a manifest says of the images: their name, where they were, and checksums.</summary>
sealed record ManifestData(string Dataset, string Source, IReadOnlyList<DataFileRow> Files)
{
    /// <summary>Their folder; null for images that are made.</summary>
    public string? Path { get; init; }
}

/// <summary>A resumed run's new number of epochs: schedules are those of the new total from there on.</summary>
/// <param name="Epoch">Epochs that were done.</param>
/// <param name="Step">Steps of the next epoch that were done.</param>
/// <param name="From">The number of epochs until then.</param>
/// <param name="To">The new one.</param>
sealed record ManifestExtension(int Epoch, int Step, int From, int To);

/// <summary>What a manifest says of the device.</summary>
sealed record ManifestDevice(string Id, string Name, int Threads)
{
    /// <summary><see cref="Nin.Device.RegisterBits"/>; null where an earlier version wrote the manifest.</summary>
    public int? RegisterBits { get; init; }
}

/// <summary>What a manifest says of the software.</summary>
sealed record ManifestVersions(string Nin, string Dotnet, string System, string Processor)
{
    public static ManifestVersions OfThisProcess() => new(
        typeof(ManifestVersions).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "",
        RuntimeInformation.FrameworkDescription,
        RuntimeInformation.OSDescription,
        RuntimeInformation.ProcessArchitecture.ToString());
}
