using System.Globalization;

namespace Nin.Benchmarks;

/// <summary>What the user asked for.</summary>
sealed record Options
{
    /// <summary>The usage message.</summary>
    public const string Usage = """
        dotnet run -c Release --project bench/Nin.Benchmarks -- COMMAND [OPTIONS]
          table     Nin beside its peers, agreement with ONNX Runtime, and each layer's share of the FMA peak
          peers     the first of these alone;  agree  the second;  peak  the third
          profile   time of each step of a training step (--model, --batch)
          scaling   examples a second over batch, image size and threads
          loading   images a second of decoding, varying and training on what comes
          service   the first answer of samples/web-service, published by Native AOT, beside ONNX Runtime's first result
          kernels   BenchmarkDotNet over single kernels (takes BenchmarkDotNet's own options)
        Options
          --rounds N               alternating rounds of the table (3)
          --seconds S              timed seconds of each measurement (4)
          --only TEXT[;TEXT...]    only rows whose name holds one of the texts
          --skip TEXT              leaves out baselines whose name holds the text
          --model NAME             for profile (book): any network of the table that is a chain; for peak: book or mnist28
          --batch N                for profile, scaling over sizes and peak (32)
          --threads N              threads of Nin for profile and peak (one a core)
          --torch-launcher "CMD"   what to start TorchSharp with, where the system's libstdc++ is too old for it
        """;

    /// <summary>Alternating rounds.</summary>
    public int Rounds { get; private init; } = 3;

    /// <summary>Timed seconds of one measurement.</summary>
    public double Seconds { get; private init; } = 4;

    /// <summary>What a row's name must hold, as the user wrote it: texts between semicolons.</summary>
    public string Only { get; private init; } = "";

    /// <summary>Whether a row of this name is wanted.</summary>
    public bool Wants(string row) => Only.Split(';').Any(text => row.Contains(text.Trim(), StringComparison.OrdinalIgnoreCase));

    /// <summary>What the name of a baseline that is left out holds; empty for none.</summary>
    public string Skip { get; private init; } = "";

    /// <summary>Network, or empty for the command's default.</summary>
    public string Model { get; private init; } = "";

    /// <summary>Examples.</summary>
    public int Batch { get; private init; } = 32;

    /// <summary>Threads of Nin; 0 for one a core.</summary>
    public int Threads { get; private init; }

    /// <summary>Command that TorchSharp's process is started by, words separated by spaces.</summary>
    public string TorchLauncher { get; private init; } = "";

    /// <exception cref="ArgumentException">An option is unknown, or its value is missing or wrong.</exception>
    public static Options Parse(ReadOnlySpan<string> args)
    {
        var options = new Options();
        for (int i = 0; i < args.Length; i += 2)
        {
            string name = args[i], value = i + 1 < args.Length ? args[i + 1] : throw new ArgumentException($"{name} needs a value.");
            options = name switch
            {
                "--rounds" => options with { Rounds = Count(name, value, least: 1) },
                "--seconds" => options with { Seconds = Duration(name, value) },
                "--only" => options with { Only = value },
                "--skip" => options with { Skip = value },
                "--model" => options with { Model = Networks.Checked(value) },
                "--batch" => options with { Batch = Count(name, value, least: 1) },
                "--threads" => options with { Threads = Count(name, value, least: 0) },
                "--torch-launcher" => options with { TorchLauncher = value },
                _ => throw new ArgumentException($"Unknown option {name}.{Environment.NewLine}{Usage}"),
            };
        }

        return options;
    }

    static int Count(string name, string value, int least) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count >= least
            ? count
            : throw new ArgumentException($"{name} is '{value}': give a whole number of {least} or more.");

    static double Duration(string name, string value) =>
        double.TryParse(value, CultureInfo.InvariantCulture, out double seconds) && seconds > 0
            ? seconds
            : throw new ArgumentException($"{name} is '{value}': give seconds above 0.");
}
