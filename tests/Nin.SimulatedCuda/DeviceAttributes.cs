namespace Nin.SimulatedCuda;

/// <summary>What the device says of itself: an H100 SXM's numbers (NVIDIA, <i>H100 Tensor Core GPU Architecture</i>).</summary>
static class DeviceAttributes
{
    public const int Multiprocessors = 132;

    public static int Of(int attribute) => attribute switch
    {
        1 or 2 or 3 => 1024, // threads of a block; in x, y
        4 => 64,
        5 => int.MaxValue, // blocks in x, y, z
        6 or 7 => 65535,
        8 => 48 << 10, // shared memory of a block
        9 => 64 << 10, // constant memory
        10 => 32, // threads of a warp
        11 => int.MaxValue,
        12 or 82 => 65536, // registers
        13 => 1_980_000, // kHz
        16 => Multiprocessors,
        19 or 41 or 91 => 1, // mapped host memory, unified addresses, registered host pointers
        31 or 34 => 1,
        36 => 2_619_000, // kHz of the memory
        37 => 5120, // bits of its bus
        38 => 50 << 20, // L2
        39 => 2048, // threads of a multiprocessor
        40 => 3, // copy engines
        75 => 9, // sm_90
        78 => 1,
        81 => 228 << 10, // shared memory of a multiprocessor
        90 => 1,
        _ => 0,
    };
}
