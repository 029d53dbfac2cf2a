using ILGPU;
using Nin.PtxSimulator.Execution;

namespace Nin.Cuda.Tests;

/// <summary>Counts of kernels whose numbers can be said beforehand.</summary>
public sealed class CounterTests : IDisposable
{
    const int Threads = CheckTests.Threads, Warps = Threads / 32, SectorFloats = 8, SectorBytes = 32;

    readonly KernelRunner runner = new();

    public void Dispose() => runner.Dispose();

    [Fact]
    public void Neighbours_share_sectors()
    {
        var counted = runner.Count(InPlace, Threads);
        counted.GlobalRequests.Should().Be(2 * Warps, "each warp reads once and writes once");
        counted.GlobalSectors.Should().Be(2 * Threads / SectorFloats).And.Be(counted.LeastGlobalSectors);
        counted.BytesRead.Should().Be(Threads * sizeof(float)).And.Be(counted.BytesWritten);
        counted.Threads(InstructionClass.Float32).Should().Be(Threads, "there is one addition");
    }

    [Fact]
    public void A_stride_of_a_sector_takes_a_sector_a_thread()
    {
        var counted = runner.Count(Strided, SectorFloats * Threads);
        counted.GlobalSectors.Should().Be(2 * Threads);
        counted.LeastGlobalSectors.Should().Be(2 * Threads / SectorFloats);
        counted.BytesRead.Should().Be(Threads * SectorBytes);
    }

    [Fact]
    public void Lanes_that_read_the_same_word_ask_for_it_once()
    {
        // Eight words a warp, each in another sector: 32 bytes, which fill one. Each lane writes its own word.
        var counted = runner.Count(Shared, SectorFloats * Threads);
        counted.GlobalSectors.Should().Be(Warps * (8 + 4));
        counted.LeastGlobalSectors.Should().Be(Warps * (1 + 4));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Blocks_that_did_not_run_read_no_more_than_the_arrays_hold(int arrays)
    {
        const int Blocks = 100;
        Delegate kernel = arrays == 1 ? Tenth : TenthOfTwo;
        var all = runner.Count(kernel, 10 * Threads, Blocks, arrays: arrays);
        var some = runner.Count(kernel, 10 * Threads, Blocks, sampled: 5, arrays: arrays);
        all.BytesRead.Should().Be(10 * Threads * sizeof(float));
        some.BytesRead.Should().Be(all.BytesRead);
    }

    [Fact]
    public void A_stride_of_all_banks_takes_a_pass_a_thread()
    {
        var counted = runner.Count(OneBank, Threads);
        counted.SharedRequests.Should().Be(2 * Warps);
        counted.SharedPasses.Should().Be(2 * Threads);
        counted.LeastSharedPasses.Should().Be(2 * Warps);
    }

    [Fact]
    public void Neighbouring_banks_and_a_word_for_all_take_one_pass()
    {
        var counted = runner.Count(Broadcast, Threads);
        counted.SharedPasses.Should().Be(2 * Warps).And.Be(counted.LeastSharedPasses);
    }

    [Fact]
    public void Sampled_blocks_stand_for_all()
    {
        const int Blocks = 100;
        var all = runner.Count(InPlace, Blocks * Threads, Blocks);
        var some = runner.Count(InPlace, Blocks * Threads, Blocks, sampled: 5);
        (all.SampledBlocks, some.SampledBlocks).Should().Be((Blocks, 5));
        some.GlobalSectors.Should().Be(all.GlobalSectors);
        (some.BytesRead, some.BytesWritten).Should().Be((all.BytesRead, all.BytesWritten));
        some.Warps(InstructionClass.Float32).Should().Be(all.Warps(InstructionClass.Float32));
    }

    static void InPlace(ArrayView<float> x) => x[Grid.IdxX * Group.DimX + Group.IdxX] += 1;

    static void Strided(ArrayView<float> x) => x[SectorFloats * Group.IdxX] += 1;

    static void Shared(ArrayView<float> x) => x[SectorFloats * Threads / 2 + Group.IdxX] = x[SectorFloats * (Group.IdxX / 4)];

    static void Tenth(ArrayView<float> x) => x[Grid.IdxX % 10 * Threads + Group.IdxX] += 1;

    static void TenthOfTwo(Two arrays) => arrays.Y[Grid.IdxX % 10 * Threads + Group.IdxX] = arrays.X[Grid.IdxX % 10 * Threads + Group.IdxX] + 1;

    static void OneBank(ArrayView<float> x)
    {
        var shared = SharedMemory.Allocate<float>(32 * Threads);
        shared[32 * Group.IdxX] = x[Group.IdxX];
        Group.Barrier();
        x[Group.IdxX] = shared[32 * (Threads - 1 - Group.IdxX)];
    }

    static void Broadcast(ArrayView<float> x)
    {
        var shared = SharedMemory.Allocate<float>(Threads);
        shared[Group.IdxX] = x[Group.IdxX];
        Group.Barrier();
        x[Group.IdxX] = shared[7];
    }

    readonly record struct Two(ArrayView<float> X, ArrayView<float> Y);
}
