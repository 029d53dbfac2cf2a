using System.Reflection;
using Nin.Ops;

namespace Nin.Kernels.Tests.Conformance;

public sealed class KernelTableTests(DeviceFixture<OnCpu128.Cpu> cpu, DeviceFixture<OnEmulator.Emulator> emulator)
    : IClassFixture<DeviceFixture<OnCpu128.Cpu>>, IClassFixture<DeviceFixture<OnEmulator.Emulator>>
{
    public static TheoryData<string> Ops => [.. OpTypes().Select(t => t.Name)];

    [Fact]
    public void Every_op_has_a_row_and_every_row_is_an_op() => KernelTable.Ops.Should().BeEquivalentTo(OpTypes());

    [Theory, MemberData(nameof(Ops))]
    public void An_op_has_a_vectorised_and_a_portable_variant(string name)
    {
        Type op = OpTypes().Single(t => t.Name == name);
        Create(op, cpu.Device).Should().BeAssignableTo(op).And.Subject.GetType().Name.Should().Be(name[1..] + "Vectorized");
        Create(op, emulator.Device).Should().BeAssignableTo(op).And.Subject.GetType().Name.Should().Be(name[1..] + "Portable");
    }

    [Theory]
    [InlineData(Precision.Float32, nameof(PointwiseMlpForwardFused))]
    [InlineData(Precision.Tf32x3, nameof(PointwiseMlpForwardPortable))]
    [InlineData(Precision.Tf32, nameof(PointwiseMlpForwardPortable))]
    public void A_gpu_keeps_hidden_channels_on_the_chip_unless_tensor_cores_multiply(Precision precision, string want)
    {
        using var device = EmulatedGpu.Open(threads: 64, precision);
        device.Kernels.Get<IPointwiseMlpForward>().GetType().Name.Should().Be(want);
        device.Kernels.Get<IPointwiseMlpBackward>().Should().BeOfType<PointwiseMlpBackwardPortable>();
    }

    static Type[] OpTypes() =>
        [.. typeof(IOp).Assembly.GetTypes().Where(t => t.IsInterface && t != typeof(IOp) && t.IsAssignableTo(typeof(IOp)))];

    static object Create(Type op, Device device) => typeof(KernelTable)
        .GetMethod(nameof(KernelTable.Create), BindingFlags.Static | BindingFlags.Public)!
        .MakeGenericMethod(op)
        .Invoke(null, BindingFlags.DoNotWrapExceptions, null, [device], null)!;
}
