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

    static Type[] OpTypes() =>
        [.. typeof(IOp).Assembly.GetTypes().Where(t => t.IsInterface && t != typeof(IOp) && t.IsAssignableTo(typeof(IOp)))];

    static object Create(Type op, Device device) => typeof(KernelTable)
        .GetMethod(nameof(KernelTable.Create), BindingFlags.Static | BindingFlags.Public)!
        .MakeGenericMethod(op)
        .Invoke(null, BindingFlags.DoNotWrapExceptions, null, [device], null)!;
}
