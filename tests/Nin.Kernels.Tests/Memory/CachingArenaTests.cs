using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

namespace Nin.Kernels.Tests.Memory;

/// <summary>Ranges cut out of blocks that stay, over a driver that counts and may be full.</summary>
public sealed class CachingArenaTests : IDisposable
{
    const long Block = CachingArena.BlockLength;

    readonly Context context = Context.Create(builder => builder.CPU(new CPUDevice(2, 1, 1)));
    readonly CPUAccelerator accelerator;
    readonly CachingArena arena;
    readonly List<MemoryBuffer1D<float, Stride1D.Dense>> given = [];
    long limit = long.MaxValue;

    public CachingArenaTests()
    {
        accelerator = context.CreateCPUAccelerator(0);
        arena = new CachingArena(Take);
    }

    long Held => given.Where(b => !b.IsDisposed).Sum(b => b.Length);

    public void Dispose()
    {
        arena.Dispose();
        accelerator.Dispose();
        context.Dispose();
    }

    [Fact]
    public void An_arena_that_keeps_nothing_gives_each_range_a_block_and_returns_it()
    {
        using var direct = new CachingArena(Take, keeps: false);
        ArenaRange first = direct.Allocate(100), second = direct.Allocate(3 * Block);
        (first.Block.Length, second.Block.Length).Should().Be((128, 3 * Block));
        direct.CachedBytes.Should().Be(0);
        direct.Give(first);
        Held.Should().Be(3 * Block);
        direct.Give(second);
        Held.Should().Be(0);
    }

    [Fact]
    public void Ranges_start_on_256_bytes_and_never_overlap_whatever_comes_and_goes()
    {
        var random = new Random(5);
        var live = new List<ArenaRange>();
        for (int i = 0; i < 2000; i++)
        {
            if (live.Count > 0 && random.Next(2) == 0)
            {
                int index = random.Next(live.Count);
                arena.Give(live[index]);
                live.RemoveAt(index);
                continue;
            }

            long length = random.Next(4) == 0 ? random.NextInt64(Block / 2, 2 * Block) : random.Next(0, 5000);
            var range = arena.Allocate(length);
            (range.Offset * sizeof(float) % 256).Should().Be(0);
            range.Length.Should().BeGreaterThanOrEqualTo(length);
            (range.Offset + range.Length).Should().BeLessThanOrEqualTo(range.Block.Length);
            live.Should().NotContain(r => r.Block == range.Block && r.Offset < range.Offset + range.Length && range.Offset < r.Offset + r.Length);
            live.Add(range);
            arena.CachedBytes.Should().Be((Held - live.Sum(r => r.Length)) * sizeof(float));
        }

        foreach (var range in live) arena.Give(range);
        long before = Held;
        foreach (var block in given.ToArray()) arena.Allocate(block.Length).Length.Should().Be(block.Length);
        (Held - before).Should().BeLessThanOrEqualTo(given.Count(b => b.Length == Block) * Block, "ranges given back are whole blocks again");
    }

    [Fact]
    public void A_range_given_back_is_used_again()
    {
        var first = arena.Allocate(3 * Block);
        arena.Give(first);
        arena.Allocate(3 * Block).Should().Be(first);
        given.Should().ContainSingle();
    }

    [Theory]
    [InlineData(0, 1, 2)]
    [InlineData(2, 1, 0)]
    [InlineData(0, 2, 1)]
    [InlineData(1, 0, 2)]
    public void Neighbours_given_back_in_any_order_are_one_range(int first, int second, int third)
    {
        ArenaRange[] ranges = [arena.Allocate(1000), arena.Allocate(2000), arena.Allocate(3000)];
        var after = arena.Allocate(64);
        foreach (int i in new[] { first, second, third }) arena.Give(ranges[i]);
        arena.Allocate(6000).Offset.Should().Be(0);
        after.Offset.Should().BeGreaterThanOrEqualTo(6000);
        given.Should().ContainSingle();
    }

    [Fact]
    public void Small_ranges_do_not_cut_up_large_blocks()
    {
        arena.Give(arena.Allocate(10 * Block));
        arena.Allocate(100);
        arena.Allocate(10 * Block);
        given.Select(b => b.Length).Should().Equal(10 * Block, Block);
    }

    [Fact]
    public void Unused_blocks_go_back_when_the_driver_is_full()
    {
        limit = 10 * Block;
        var kept = arena.Allocate(100);
        arena.Give(arena.Allocate(6 * Block));
        arena.Allocate(8 * Block).Length.Should().Be(8 * Block);
        Held.Should().Be(9 * Block);
        kept.Block.Memory.IsDisposed.Should().BeFalse();
        arena.Invoking(a => a.Allocate(2 * Block)).Should().Throw<OutOfMemoryException>();
    }

    [Fact]
    public void What_fits_only_unrounded_is_given_unrounded()
    {
        limit = Block + 128;
        arena.Allocate(Block + 100).Length.Should().Be(Block + 128);
    }

    [Fact]
    public void All_blocks_go_back_at_the_end()
    {
        arena.Allocate(100);
        arena.Give(arena.Allocate(3 * Block));
        arena.Dispose();
        Held.Should().Be(0);
    }

    MemoryBuffer1D<float, Stride1D.Dense> Take(long length)
    {
        if (Held + length > limit) throw new InsufficientMemoryException();
        var buffer = accelerator.Allocate1D<float>(length);
        given.Add(buffer);
        return buffer;
    }
}
