namespace Nin.Kernels.Tests.Conformance;

/// <summary>Every op on one device: the products, and in the files of this class the other families.</summary>
public abstract partial class ConformanceTests<TDevice>(DeviceFixture<TDevice> fixture) : ProductTests<TDevice>(fixture)
    where TDevice : IDeviceUnderTest;
