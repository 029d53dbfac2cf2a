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
}
