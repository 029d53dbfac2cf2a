using System.Globalization;

namespace Nin.Benchmarks.Gpu;

/// <summary>What the program was asked for.</summary>
/// <param name="Device">The device's id.</param>
/// <param name="Batch">Examples of a step.</param>
/// <param name="Seconds">Timed seconds of each measurement.</param>
/// <param name="Only">What the name of a kernel must hold.</param>
sealed record GpuOptions(string Device = "cuda:0", int Batch = 128, double Seconds = 2, string Only = "")
{
    /// <summary>How exactly products are computed, one after the other.</summary>
    public Precision[] Precisions { get; init; } = [Precision.Float32];

    /// <summary>The networks that are compared with the CPU.</summary>
    public IReadOnlyList<string> Compared { get; init; } = [.. AgreementCheck.Made.Keys];

    /// <summary>The networks that are trained and run, the most important first.</summary>
    public IReadOnlyList<string> Models { get; init; } = ["book", "quick28", "resnet18", "mobilenet"];

    /// <summary>Whether CUDA's graphs replay the launches of a step.</summary>
    public bool Graphs { get; init; }

    /// <summary>After so long nothing more is begun.</summary>
    public TimeSpan Time { get; init; } = TimeSpan.MaxValue;

    /// <summary>Where the results go as JSON, after each of them; or nowhere.</summary>
    public string? Json { get; init; }

    /// <exception cref="ArgumentException">An option is unknown, or its value is missing or wrong.</exception>
    public static GpuOptions Parse(string[] args)
    {
        var options = new GpuOptions();
        for (int i = 0; i < args.Length; i += 2)
        {
            string name = args[i], value = i + 1 < args.Length ? args[i + 1] : throw new ArgumentException($"{name} needs a value.");
            options = name switch
            {
                "--device" => options with { Device = value },
                "--only" => options with { Only = value },
                "--json" => options with { Json = value },
                "--graphs" when value is "on" or "off" => options with { Graphs = value == "on" },
                "--batch" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int batch) && batch > 0 => options with { Batch = batch },
                "--seconds" when IsPositive(value, out double seconds) => options with { Seconds = seconds },
                "--minutes" when IsPositive(value, out double minutes) => options with { Time = TimeSpan.FromMinutes(minutes) },
                "--models" => options with { Models = [.. value.Split(',').Select(Networks.Checked)] },
                "--compare" when value.Split(',').All(AgreementCheck.Made.ContainsKey) => options with { Compared = value.Split(',') },
                "--precision" => options with { Precisions = [.. value.Split(',').Select(ParsePrecision)] },
                _ => throw new ArgumentException(
                    $"{name} {value} is none of --device ID, --batch N, --seconds S, --minutes M, --precision P[,P], --models M[,M], --graphs on|off, "
                    + $"--compare M[,M] of {string.Join(", ", AgreementCheck.Made.Keys)}, --only TEXT and --json FILE."),
            };
        }

        return options;
    }

    static bool IsPositive(string text, out double value) => double.TryParse(text, CultureInfo.InvariantCulture, out value) && value > 0;

    // Enum.TryParse would take numbers, too.
    static Precision ParsePrecision(string name) => Array.FindIndex(Enum.GetNames<Precision>(), n => n.Equals(name, StringComparison.OrdinalIgnoreCase)) is var i and >= 0
        ? Enum.GetValues<Precision>()[i]
        : throw new ArgumentException($"--precision {name} is none of {string.Join(", ", Enum.GetNames<Precision>()).ToLowerInvariant()}.");
}
