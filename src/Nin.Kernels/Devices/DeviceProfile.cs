namespace Nin;

/// <summary>The facts of a device that choose a variant and its tile, and nothing else may.</summary>
/// <param name="Kind">What runs the kernels.</param>
/// <param name="GroupSize">Threads in a group of a portable kernel: 1 where a group costs a barrier, 0 where no portable kernel runs.</param>
/// <param name="Groups">Groups that keep the device busy when each thread strides over its share; 0 for one group a tile of work.</param>
readonly record struct DeviceProfile(DeviceKind Kind, int GroupSize = 0, int Groups = 0)
{
    /// <summary>True where ops are whole vectorised methods, false where they are ILGPU kernels.</summary>
    public bool IsVectorized => Kind == DeviceKind.Cpu;
}
