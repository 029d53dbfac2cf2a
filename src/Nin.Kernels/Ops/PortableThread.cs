using ILGPU;

namespace Nin.Ops;

/// <summary>Which items a thread of a portable kernel computes: its own number, and every <see cref="Stride"/>th behind it.</summary>
static class PortableThread
{
    /// <summary>The thread's number in the whole launch.</summary>
    public static long Index => Grid.IdxX * (long)Group.DimX + Group.IdxX;

    /// <summary>Threads of the whole launch.</summary>
    public static long Stride => Grid.DimX * (long)Group.DimX;
}
