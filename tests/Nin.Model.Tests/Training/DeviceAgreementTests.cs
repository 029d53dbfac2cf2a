using Nin.Model.Tests.Networks;
using Xunit.Abstractions;

namespace Nin.Model.Tests.Training;

/// <summary>The same twenty training steps on every device.</summary>
[Collection(nameof(SharedDevices))]
public sealed class DeviceAgreementTests(DeviceSet devices, ITestOutputHelper output)
{
    [DeviceFact(DeviceKind.Cpu)]
    public void Twenty_steps_on_the_processor() => Agrees("cpu");

    [DeviceFact(DeviceKind.Emulator)]
    public void Twenty_steps_on_the_emulator() => Agrees("emulator");

    [DeviceFact(DeviceKind.OpenCl)]
    public void Twenty_steps_on_opencl() => Agrees("opencl:0");

    [DeviceFact(DeviceKind.Cuda)]
    public void Twenty_steps_on_cuda() => Agrees("cuda:0");

    void Agrees(string id) => DeviceAgreement.Check(devices.Open(id), output);
}
