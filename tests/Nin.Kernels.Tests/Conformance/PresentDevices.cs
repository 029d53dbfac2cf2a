namespace Nin.Kernels.Tests.Conformance;

/// <summary>What <see cref="DeviceDiscovery"/> found, asked once a run.</summary>
static class PresentDevices
{
    static readonly Lazy<IReadOnlyList<DeviceInfo>> Found = new(DeviceDiscovery.List);

    /// <summary>Why there is no device of a kind; null where there is one.</summary>
    public static string? Missing(DeviceKind kind)
    {
        DeviceInfo first = Found.Value.First(d => d.Kind == kind);
        return first.Missing is null ? null : $"{first.Id}: {first.Missing}";
    }
}
