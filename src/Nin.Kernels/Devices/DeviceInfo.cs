namespace Nin;

/// <summary>A device of this machine, or the reason why there is none of its kind.</summary>
/// <param name="Id">The id that opens it; for a missing one the prefix of its kind.</param>
/// <param name="Kind">What runs the kernels.</param>
/// <param name="Name">What the maker calls it; null where it is missing.</param>
/// <param name="MemoryBytes">Bytes of memory; 0 where it is missing.</param>
/// <param name="IsDefault">True for the one that <c>auto</c> opens.</param>
/// <param name="Missing">Why there is none; null for a device that is there.</param>
/// <param name="IsBroken">True where it is missing although something is installed that should give it: a driver that fails.</param>
public sealed record DeviceInfo(
    string Id, DeviceKind Kind, string? Name, long MemoryBytes, bool IsDefault, string? Missing, bool IsBroken = false);
