using System.Globalization;

namespace Nin;

/// <summary>The parts of a device's id.</summary>
/// <param name="Kind">What runs the kernels.</param>
/// <param name="Index">Which of its kind, from 0 on.</param>
readonly record struct DeviceId(DeviceKind Kind, int Index)
{
    /// <summary>The id that asks for the best device.</summary>
    public const string Auto = "auto";

    /// <summary>What may be asked for, as messages say it.</summary>
    public const string Allowed = "auto, cpu, emulator, opencl[:i] or cuda[:i]";

    /// <summary>The id of a kind without a number.</summary>
    public static string Prefix(DeviceKind kind) => kind switch
    {
        DeviceKind.Cuda => "cuda",
        DeviceKind.OpenCl => "opencl",
        DeviceKind.Emulator => "emulator",
        _ => "cpu",
    };

    /// <exception cref="ArgumentException">It is none.</exception>
    public static DeviceId Parse(string id)
    {
        string[] parts = id.Split(':');
        DeviceKind? kind = parts[0] switch
        {
            "cpu" => DeviceKind.Cpu,
            "emulator" => DeviceKind.Emulator,
            "opencl" => DeviceKind.OpenCl,
            "cuda" => DeviceKind.Cuda,
            _ => null,
        };
        int index = 0;
        bool indexed = kind is DeviceKind.OpenCl or DeviceKind.Cuda;
        bool valid = kind is not null && (parts.Length == 1 ||
            (parts.Length == 2 && indexed && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out index)));
        return valid ? new(kind!.Value, index) : throw new ArgumentException($"Unknown device '{id}': use {Allowed}.", nameof(id));
    }

    /// <inheritdoc/>
    public override string ToString() => Kind is DeviceKind.OpenCl or DeviceKind.Cuda ? $"{Prefix(Kind)}:{Index}" : Prefix(Kind);
}
