using System.Globalization;

namespace Nin;

/// <summary>The parts of a device's id.</summary>
/// <param name="Kind">What runs the kernels.</param>
/// <param name="Index">Which of its kind, from 0 on.</param>
readonly record struct DeviceId(DeviceKind Kind, int Index)
{
    /// <summary>The id that asks for the best device.</summary>
    public const string Auto = "auto";

    /// <summary>What may be asked for, as messages list it.</summary>
    public const string Allowed = "auto, cpu, emulator, opencl[:i] or cuda[:i]";

    /// <summary>The id of a kind without a number.</summary>
    public static string Prefix(DeviceKind kind) => kind switch
    {
        DeviceKind.Cuda => "cuda",
        DeviceKind.OpenCl => "opencl",
        DeviceKind.Emulator => "emulator",
        _ => "cpu",
    };

    /// <exception cref="ArgumentException">It is not a valid id.</exception>
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

/// <summary>What runs the kernels.</summary>
public enum DeviceKind
{
    /// <summary>Vectorised managed code on the processor.</summary>
    Cpu,

    /// <summary>The portable kernels on ILGPU's CPU accelerator: correct everywhere, slow, no hardware needed.</summary>
    Emulator,

    /// <summary>The portable kernels on an OpenCL device.</summary>
    OpenCl,

    /// <summary>The portable kernels on an NVIDIA GPU.</summary>
    Cuda,
}

/// <summary>A device of this machine, or the reason why there is none of its kind.</summary>
/// <param name="Id">The id that opens it; for a missing one the prefix of its kind.</param>
/// <param name="Kind">What runs the kernels.</param>
/// <param name="Name">The manufacturer's name for it; null where it is missing.</param>
/// <param name="MemoryBytes">Bytes of memory; 0 where it is missing.</param>
/// <param name="IsDefault">True for the one that <c>auto</c> opens.</param>
/// <param name="Missing">Why there is none; null for a device that is present.</param>
/// <param name="IsBroken">True where it is missing although something that should provide it is installed: a driver that fails.</param>
public sealed record DeviceInfo(
    string Id, DeviceKind Kind, string? Name, long MemoryBytes, bool IsDefault, string? Missing, bool IsBroken = false);

/// <summary>Why a kind of device is missing.</summary>
/// <param name="Text">The reason, written to follow a colon.</param>
/// <param name="IsBroken">True where something that should provide a device is installed, and fails.</param>
readonly record struct MissingReason(string Text, bool IsBroken);
