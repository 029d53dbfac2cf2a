namespace Nin.Model.Tests.Networks;

/// <summary>
/// Test classes on accelerators: they run one after another on the same devices. A device compiles each kernel once; PoCL takes some tenths of
/// a second for one, which is longer than most tests, and its own cache misses where classes compile beside each other.
/// </summary>
[CollectionDefinition(nameof(SharedDevices))]
public sealed class SharedDevices : ICollectionFixture<DeviceSet>;
