namespace Nin.Model.Tests.Training;

/// <summary>A test on one device; skipped with the reason where the machine has none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class DeviceFactAttribute : FactAttribute
{
    static readonly Lazy<IReadOnlyList<DeviceInfo>> Found = new(DeviceDiscovery.List);

    public DeviceFactAttribute(DeviceKind kind)
    {
        DeviceInfo first = Found.Value.First(d => d.Kind == kind);
        if (first.Missing is not null) Skip = $"{first.Id}: {first.Missing}";
    }
}
