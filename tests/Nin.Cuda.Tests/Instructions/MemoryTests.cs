using Nin.PtxSimulator;

namespace Nin.Cuda.Tests.Instructions;

/// <summary>Shared memory, vectors of it, barriers, and exchange within a warp.</summary>
public sealed class MemoryTests
{
    [Fact]
    public void Shared_memory_passes_numbers_between_lanes() =>
        Fragment.Run<float>(
            """
            mul.wide.u32 %x1, %t, 4;
            mov.u64 %x2, memory;
            add.u64 %x3, %x1, %x2;
            st.shared.f32 [%x3], %a;
            bar.sync 0;
            sub.u32 %r1, 31, %t;
            mul.wide.u32 %x1, %r1, 4;
            add.u64 %x3, %x1, %x2;
            ld.shared.f32 %d, [%x3];
            """,
            Fragment.Lane.Select(l => l * 0.5f).ToArray()).Should().Equal(Fragment.Lane.Select(l => (31 - l) * 0.5f));

    [Fact]
    public void Vectors_of_four_lie_one_after_the_other() =>
        Fragment.Run<float>(
            """
            mul.wide.u32 %x1, %t, 16;
            mov.u64 %x2, memory;
            add.u64 %x3, %x1, %x2;
            add.f32 %f1, %a, 0f3F800000;
            add.f32 %f2, %f1, 0f3F800000;
            add.f32 %f3, %f2, 0f3F800000;
            st.shared.v4.f32 [%x3], {%a, %f1, %f2, %f3};
            bar.sync 0;
            ld.shared.f32 %d, [%x3+8];
            ld.shared.v2.f32 {%f4, %f5}, [%x3+8];
            add.f32 %d, %d, %f5;
            """,
            Fragment.Lane.Select(l => (float)l).ToArray()).Should().Equal(Fragment.Lane.Select(l => 2f * l + 5));

    [Theory]
    [InlineData("s8")]
    [InlineData("u8")]
    [InlineData("s16")]
    [InlineData("u16")]
    public void What_is_narrower_than_its_register_is_extended_by_its_sign(string type)
    {
        int[] values = [.. Fragment.Lane.Select(l => (l - 9) * 0x01234567)];
        Func<int, int> of = type switch { "s8" => a => (sbyte)a, "u8" => a => (byte)a, "s16" => a => (short)a, _ => a => (ushort)a };
        Fragment.Run<int>($"ld.global.{type} %d, [%qa];", values).Should().Equal(values.Select(of));
        Fragment.Run<int>($"mul.wide.u32 %x1, %t, 4;\nmov.u64 %x2, memory;\nadd.u64 %x3, %x1, %x2;\nst.shared.s32 [%x3], %a;\nld.shared.{type} %d, [%x3];", values)
            .Should().Equal(values.Select(of));
        Fragment.Run<int>($"cvt.{type}.s32 %d, %a;", values).Should().Equal(values.Select(of));
    }

    [Theory]
    [InlineData("down", 3, 31)]
    [InlineData("up", 3, 0)]
    [InlineData("bfly", 5, 31)]
    [InlineData("idx", 9, 31)]
    [InlineData("down", 3, 31 | 24 << 8)] // segments of eight lanes
    [InlineData("bfly", 4, 31 | 24 << 8)]
    public void A_shuffle_reads_another_lane(string kind, int by, int clamp)
    {
        int[] got = Fragment.Run<int>($"shfl.sync.{kind}.b32 %d, %a, {by}, {clamp}, 0xffffffff;", Fragment.Lane.Select(l => 100 + l).ToArray());
        int segment = clamp >> 8 == 24 ? 8 : 32;
        got.Should().Equal(Fragment.Lane.Select(l =>
        {
            int first = l / segment * segment;
            int source = kind switch { "down" => l + by, "up" => l - by, "bfly" => l ^ by, _ => first + by };
            return 100 + (source < first || source >= first + segment ? l : source);
        }));
    }

    [Fact]
    public void Atomic_additions_lose_nothing()
    {
        // Every lane adds to the first element of its operand, and reads what is there in the end.
        int[] got = Fragment.Run<int>("mul.wide.u32 %x1, %t, 4;\nsub.u64 %x2, %qa, %x1;\nred.global.add.s32 [%x2], %a;\nld.global.s32 %d, [%x2];", Fragment.Lane);
        got.Should().OnlyContain(x => x == 31 * 32 / 2);
    }

    [Fact]
    public void An_asynchronous_copy_is_there_after_its_group_was_waited_for() =>
        Fragment.Run<float>(Copies("4", "cp.async.wait_group 0;\nbar.sync 0;"), Fragment.Lane.Select(l => l * 0.5f).ToArray()).Should()
            .Equal(Fragment.Lane.Select(l => (31 - l) * 0.5f));

    [Fact]
    public void An_asynchronous_copy_fills_with_zeros() =>
        Fragment.Run<float>("and.b32 %r2, %t, 4;\n" + Copies("4, %r2", "cp.async.wait_group 0;\nbar.sync 0;"), Fragment.Lane.Select(l => l + 1f).ToArray()).Should()
            .Equal(Fragment.Lane.Select(l => ((31 - l) & 4) == 0 ? 0 : 32f - l));

    [Theory]
    [InlineData("bar.sync 0;", "copies to and has not waited for")]
    [InlineData("cp.async.wait_group 1;\nbar.sync 0;", "copies to and has not waited for")] // the group that is read may go on
    [InlineData("cp.async.wait_group 0;", "wrote since the last barrier")]
    public void Reading_what_is_still_being_copied_is_a_race(string wait, string what)
    {
        var read = () => Fragment.Run<float>(Copies("4", wait), Fragment.Lane.Select(l => (float)l).ToArray());
        read.Should().Throw<KernelFaultException>().Where(f => f.Kind == FaultKind.Racecheck).WithMessage($"*{what}*");
    }

    [Fact]
    public void An_older_group_can_be_waited_for_alone() =>
        Fragment.Run<float>(
            """
            mul.wide.u32 %x1, %t, 4;
            mov.u64 %x2, memory;
            add.u64 %x3, %x1, %x2;
            cp.async.ca.shared.global [%x3], [%qa], 4;
            cp.async.commit_group;
            cp.async.ca.shared.global [%x3+128], [%qb], 4;
            cp.async.commit_group;
            cp.async.wait_group 1;
            ld.shared.f32 %f1, [%x3];
            cp.async.wait_group 0;
            ld.shared.f32 %f2, [%x3+128];
            sub.f32 %d, %f1, %f2;
            """,
            Fragment.Lane.Select(l => (float)l).ToArray(), Fragment.All(2f)).Should().Equal(Fragment.Lane.Select(l => l - 2f));

    [Theory]
    [InlineData(1024 - 31 * 4)] // the last lane is beyond the 1,024 bytes
    [InlineData(1 << 20)]
    public void Shared_memory_beyond_its_end_is_found(int offset) => Faults(
        FaultKind.Memcheck, $"mul.wide.u32 %x1, %t, 4;\nmov.u64 %x2, memory;\nadd.u64 %x3, %x1, %x2;\nst.shared.f32 [%x3+{offset}], %a;\nmov.f32 %d, %a;");

    [Fact]
    public void A_misaligned_access_of_shared_memory_is_found() => Faults(
        FaultKind.Memcheck, "mul.wide.u32 %x1, %t, 16;\nmov.u64 %x2, memory;\nadd.u64 %x3, %x1, %x2;\nst.shared.v4.f32 [%x3+4], {%a, %a, %a, %a};\nmov.f32 %d, %a;");

    [Fact]
    public void A_misaligned_asynchronous_copy_is_found() => Faults(
        FaultKind.Memcheck, "mul.wide.u32 %x1, %t, 16;\nmov.u64 %x2, memory;\nadd.u64 %x3, %x1, %x2;\ncp.async.ca.shared.global [%x3+4], [%qa], 16;\nmov.f32 %d, %a;");

    [Fact]
    public void A_shuffle_that_half_of_the_warp_misses_is_found() => Faults(
        FaultKind.Synccheck, "mov.f32 %d, %a;\nsetp.lt.u32 %p1, %t, 16;\n@!%p1 bra OVER;\nshfl.sync.down.b32 %r1, %t, 1, 31, 0xffffffff;\nOVER:");

    static void Faults(FaultKind kind, string body) =>
        FluentActions.Invoking(() => Fragment.Run<float>(body, Fragment.Lane.Select(l => (float)l).ToArray())).Should().Throw<KernelFaultException>().Where(f => f.Kind == kind);

    // Each lane copies its element, and reads that of the lane that mirrors it.
    static string Copies(string bytes, string wait) =>
        $"""
        mul.wide.u32 %x1, %t, 4;
        mov.u64 %x2, memory;
        add.u64 %x3, %x1, %x2;
        cp.async.ca.shared.global [%x3], [%qa], {bytes};
        cp.async.commit_group;
        {wait}
        sub.u32 %r1, 31, %t;
        mul.wide.u32 %x1, %r1, 4;
        add.u64 %x3, %x1, %x2;
        ld.shared.f32 %d, [%x3];
        """;
}
