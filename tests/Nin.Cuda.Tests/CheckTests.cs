using ILGPU;
using Nin.PtxSimulator;

namespace Nin.Cuda.Tests;

/// <summary>Kernels that do wrong, each found by the check for it, and their right twins that pass.</summary>
public sealed class CheckTests : IDisposable
{
    public const int Threads = 64;

    readonly KernelRunner runner = new();

    public void Dispose() => runner.Dispose();

    [Fact]
    public void A_kernel_that_stays_within_its_memory_passes() => runner.Fault(Neighbour, written: Threads + 1).Should().BeNull();

    [Fact]
    public void A_read_beyond_an_allocation_is_found() => runner.Fault(Neighbour, written: Threads)!.Kind.Should().Be(FaultKind.Memcheck);

    [Fact]
    public void A_read_in_the_upper_half_of_all_addresses_is_found() => runner.Fault(Far, written: Threads)!.Kind.Should().Be(FaultKind.Memcheck);

    [Fact]
    public void A_misaligned_access_is_found() => runner.Fault(Vector, written: Threads * 4 + 4, shift: 4)!.Kind.Should().Be(FaultKind.Memcheck);

    [Fact]
    public void An_aligned_access_passes() => runner.Fault(Vector, written: Threads * 4 + 4, shift: 16).Should().BeNull();

    [Fact]
    public void A_read_of_memory_that_nobody_wrote_is_found() =>
        runner.Fault(Neighbour, written: Threads, allocated: Threads + 1)!.Kind.Should().Be(FaultKind.Initcheck);

    [Fact]
    public void A_missing_barrier_between_warps_is_found() => runner.Fault(Unordered, written: Threads)!.Kind.Should().Be(FaultKind.Racecheck);

    [Fact]
    public void A_missing_barrier_within_a_warp_is_found() => runner.Fault(UnorderedWithinAWarp, written: Threads)!.Kind.Should().Be(FaultKind.Racecheck);

    [Fact]
    public void Two_writers_of_a_word_are_found() => runner.Fault(TwoWriters, written: Threads)!.Kind.Should().Be(FaultKind.Racecheck);

    [Fact]
    public void A_write_after_another_warp_read_is_found() => runner.Fault(WriteAfterRead, written: Threads)!.Kind.Should().Be(FaultKind.Racecheck);

    [Fact]
    public void A_barrier_orders_shared_memory() => runner.Fault(Ordered, written: Threads).Should().BeNull();

    [Fact]
    public void Shared_memory_that_nobody_wrote_is_found() => runner.Fault(Unwritten, written: Threads)!.Kind.Should().Be(FaultKind.Initcheck);

    [Fact]
    public void A_barrier_that_some_threads_of_a_warp_miss_is_found() => runner.Fault(Divergent, written: Threads)!.Kind.Should().Be(FaultKind.Synccheck);

    [Fact]
    public void A_barrier_that_a_whole_warp_misses_is_found() => runner.Fault(HalfABlock, written: Threads)!.Kind.Should().Be(FaultKind.Synccheck);

    static void Neighbour(ArrayView<float> x) => x[Group.IdxX] = x[Group.IdxX + 1];

    static void Far(ArrayView<float> x) => x[Group.IdxX] = x[Group.IdxX + (1L << 61)];

    static void Vector(ArrayView<Four> x)
    {
        Four four = x[Group.IdxX];
        x[Group.IdxX] = new Four { X = four.W, Y = four.Z, Z = four.Y, W = four.X };
    }

    static void Unordered(ArrayView<float> x)
    {
        var shared = SharedMemory.Allocate<float>(Threads);
        shared[Group.IdxX] = 0;
        Group.Barrier();
        shared[Group.IdxX] = x[Group.IdxX];
        x[Group.IdxX] = shared[Threads - 1 - Group.IdxX];
    }

    static void UnorderedWithinAWarp(ArrayView<float> x)
    {
        var shared = SharedMemory.Allocate<float>(Threads);
        shared[Group.IdxX] = x[Group.IdxX];
        x[Group.IdxX] = shared[Group.IdxX ^ 1];
    }

    static void TwoWriters(ArrayView<float> x)
    {
        var shared = SharedMemory.Allocate<float>(Threads);
        shared[Group.IdxX % 32] = x[Group.IdxX];
    }

    static void WriteAfterRead(ArrayView<float> x)
    {
        var shared = SharedMemory.Allocate<float>(Threads);
        shared[Group.IdxX] = x[Group.IdxX];
        Group.Barrier();
        float read = shared[Threads - 1 - Group.IdxX];
        shared[Group.IdxX] = read + 1;
    }

    static void Ordered(ArrayView<float> x)
    {
        var shared = SharedMemory.Allocate<float>(Threads);
        shared[Group.IdxX] = x[Group.IdxX];
        Group.Barrier();
        x[Group.IdxX] = shared[Threads - 1 - Group.IdxX];
    }

    static void Unwritten(ArrayView<float> x)
    {
        var shared = SharedMemory.Allocate<float>(2 * Threads);
        shared[Group.IdxX] = x[Group.IdxX];
        Group.Barrier();
        x[Group.IdxX] = shared[Threads + Group.IdxX];
    }

    static void Divergent(ArrayView<float> x)
    {
        if (Group.IdxX % 2 == 0) Group.Barrier();
        x[Group.IdxX] = 1;
    }

    static void HalfABlock(ArrayView<float> x)
    {
        if (Group.IdxX < 32) Group.Barrier();
        x[Group.IdxX] = 1;
    }

    struct Four
    {
        public float X, Y, Z, W;
    }
}
