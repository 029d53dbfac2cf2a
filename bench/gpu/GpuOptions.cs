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
                "--batch" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int batch) && batch > 0 => options with { Batch = batch },
                "--seconds" when double.TryParse(value, CultureInfo.InvariantCulture, out double seconds) && seconds > 0 => options with { Seconds = seconds },
                "--precision" => options with { Precisions = [.. value.Split(',').Select(ParsePrecision)] },
                _ => throw new ArgumentException($"{name} {value} is none of --device ID, --batch N, --seconds S, --precision P[,P] and --only TEXT."),
            };
        }

        return options;
    }

    // Enum.TryParse would take numbers, too.
    static Precision ParsePrecision(string name) => Array.FindIndex(Enum.GetNames<Precision>(), n => n.Equals(name, StringComparison.OrdinalIgnoreCase)) is var i and >= 0
        ? Enum.GetValues<Precision>()[i]
        : throw new ArgumentException($"--precision {name} is none of {string.Join(", ", Enum.GetNames<Precision>()).ToLowerInvariant()}.");
}
