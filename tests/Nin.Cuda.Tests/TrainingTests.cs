using Nin.Model.Tests.Training;
using Xunit.Abstractions;

namespace Nin.Cuda.Tests;

/// <summary>Whole training steps through ILGPU's CUDA runtime, against the oracle.</summary>
public sealed class TrainingTests(ITestOutputHelper output)
{
    [SimulatedTheory]
    [InlineData(Precision.Float32)]
    [InlineData(Precision.Tf32x3)]
    [InlineData(Precision.Tf32)]
    public void Twenty_steps_agree_with_the_oracle(Precision precision)
    {
        using var device = Device.Open("cuda:0", precision: precision);
        device.Precision.Should().Be(precision);
        DeviceAgreement.Check(device, output);
    }
}
