namespace Nin.Model.Tests.Training;

/// <summary>A test on one device; skipped with the reason where the machine has none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class DeviceFactAttribute : FactAttribute
{
    static readonly Lazy<IReadOnlyList<DeviceInfo>> Found = new(DeviceDiscovery.List);

    /// <param name="kind">Which.</param>
    /// <param name="isLong">Whether it runs only where NIN_LONG is set.</param>
    public DeviceFactAttribute(DeviceKind kind, bool isLong = false)
    {
        DeviceInfo first = Found.Value.First(d => d.Kind == kind);
        Skip = first.Missing is not null ? $"{first.Id}: {first.Missing}" : isLong ? Long.Skip : null;
    }
}
