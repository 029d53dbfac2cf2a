namespace Nin.Benchmarks.Estimate;

/// <summary>
/// An H100 SXM: what NVIDIA states (<i>H100 Tensor Core GPU Architecture</i>; <i>CUDA C++ Programming Guide</i>, "Arithmetic Instructions" for 9.0), and
/// two numbers that Luo et al. (2024), <i>Benchmarking and Dissecting the Nvidia Hopper GPU Architecture</i>, measured.
/// </summary>
static class H100
{
    public const int Multiprocessors = 132, Schedulers = 4;
    public const double Hertz = 1.98e9;

    /// <summary>FLOP/s of float32 multiply-adds.</summary>
    public const double Float32Rate = Multiprocessors * 128 * 2 * Hertz;

    /// <summary>FLOP/s of dense TF32 products.</summary>
    public const double Tf32Rate = 494.7e12;

    public const double MemoryBytesPerSecond = 3.35e12;

    /// <summary>Measured, not stated: reads out of the L2 cache.</summary>
    public const double L2BytesPerSecond = 5.5e12;

    /// <summary>Measured: the part of the tensor cores' rate that <c>mma.sync</c> reaches; the rest needs <c>wgmma</c>.</summary>
    public const double MmaShare = 0.62;

    /// <summary>Blocks that one multiprocessor holds at a time.</summary>
    public static int ResidentBlocks(int threads, int registers, int sharedBytes)
    {
        const int Threads = 2048, Blocks = 32, Registers = 65536, SharedBytes = 228 << 10, ReservedShared = 1024, RegisterUnit = 8;
        int warps = (threads + 31) / 32;
        int byRegisters = Registers / (warps * 32 * ((registers + RegisterUnit - 1) / RegisterUnit * RegisterUnit));
        return Math.Min(Math.Min(Blocks, Threads / (warps * 32)), Math.Min(byRegisters, SharedBytes / (sharedBytes + ReservedShared)));
    }
}
