using System.Runtime.CompilerServices;
using Nin.TestKit;

namespace Nin.Kernels.Tests.Memory;

/// <summary>Buffers of every accelerator of this machine.</summary>
public sealed class DeviceMemoryTests
{
    public static TheoryData<string> Devices =>
        [.. DeviceDiscovery.List().Where(d => d.Missing is null && d.Kind != DeviceKind.Cpu).Select(d => d.Id)];

    [Theory]
    [MemberData(nameof(Devices))]
    public void What_is_used_and_what_is_kept_are_told_apart(string id)
    {
        using var device = Device.Open(id);
        var buffer = device.Allocate(1000);
        device.AllocatedBytes.Should().Be(4000);
        device.CachedBytes.Should().Be(CachingArena.BlockLength * sizeof(float) - 4096, "1000 elements are 16 slots of 256 bytes");
        buffer.Dispose();
        device.AllocatedBytes.Should().Be(0);
        device.CachedBytes.Should().Be(CachingArena.BlockLength * sizeof(float));
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void Buffers_side_by_side_keep_their_own_content(string id)
    {
        using var device = Device.Open(id);
        using DeviceBuffer first = device.Allocate(100), second = device.Allocate(3), third = device.Allocate(65);
        first.View.CopyFrom(RandomData.Normal(1, 100));
        third.View.CopyFrom(RandomData.Normal(3, 65));
        second.View.CopyFrom([1f, 2f, 3f]);
        second.View.Slice(1, 1).CopyFrom([7f]);
        first.View.ToArray().Should().Equal(RandomData.Normal(1, 100));
        second.View.ToArray().Should().Equal(1f, 7f, 3f);
        third.View.ToArray().Should().Equal(RandomData.Normal(3, 65));
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void A_forgotten_buffer_comes_back_with_a_later_one(string id)
    {
        using var device = Device.Open(id);
        Forget(device);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        device.AllocatedBytes.Should().Be(0);
        using var next = device.Allocate(1);
        device.CachedBytes.Should().Be(CachingArena.BlockLength * sizeof(float) - 256);
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void Giving_back_after_the_device_does_nothing(string id)
    {
        DeviceBuffer buffer;
        using (var device = Device.Open(id)) buffer = device.Allocate(10);
        buffer.Invoking(b => b.Dispose()).Should().NotThrow();
    }

    [Fact]
    public void Zeros_take_no_memory_of_the_machine_before_they_are_written()
    {
        const long Bytes = 512 << 20;
        using var device = Device.Open("cpu");
        long before = Environment.WorkingSet;
        using var zeros = device.AllocateZeros(Bytes / sizeof(float));
        (Environment.WorkingSet - before).Should().BeLessThan(Bytes / 2, "other tests may take some meanwhile");
        foreach (long offset in (long[])[0, Bytes / sizeof(float) / 2, (Bytes / sizeof(float)) - 3])
        {
            zeros.View.Slice(offset, 3).ToArray().Should().OnlyContain(x => x == 0);
            zeros.View.Slice(offset, 3).CopyFrom([1f, 2f, 3f]);
            zeros.View.Slice(offset, 3).ToArray().Should().Equal(1f, 2f, 3f);
        }
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void Zeros_are_zero_where_memory_was_used_before(string id)
    {
        using var device = Device.Open(id);
        using (var used = device.Allocate(1000)) used.View.CopyFrom(RandomData.Normal(1, 1000));
        using var zeros = device.AllocateZeros(1000);
        zeros.View.ToArray().Should().OnlyContain(x => x == 0);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Forget(Device device) => device.Allocate(100);
}
