namespace Nin;

/// <summary>The facts of a device that choose a variant and its tile, and nothing else may.</summary>
/// <param name="Kind">What runs the kernels.</param>
/// <param name="GroupSize">Threads in a group of a portable kernel: 1 where a group costs a barrier, 0 where no portable kernel runs.</param>
/// <param name="Groups">Groups that keep the device busy when each thread strides over its share; 0 for one group a tile of work.</param>
/// <param name="GroupsCooperate">
/// True where barriers and memory shared by a group are cheap, as on GPUs: products then go through tiles that a group computes together.
/// </param>
/// <param name="HasTensorCores">True where warps of 32 threads have the matrix instruction for TF32.</param>
/// <param name="Precision">How exactly products are computed where the device has a choice.</param>
readonly record struct DeviceProfile(
    DeviceKind Kind, int GroupSize = 0, int Groups = 0, bool GroupsCooperate = false, bool HasTensorCores = false, Precision Precision = Precision.Highest)
{
    /// <summary>True where ops are whole vectorised methods, false where they are ILGPU kernels.</summary>
    public bool IsVectorized => Kind == DeviceKind.Cpu;

    /// <summary>Threads of a group where there are few: a warp, or one, where what a thread does is much and a processor's core takes a group at a time.</summary>
    public int ShortGroupSize => GroupsCooperate ? Math.Min(GroupSize, 32) : 1;

    /// <summary>The variant of products that the facts ask for.</summary>
    public ProductVariant Products => (GroupsCooperate, HasTensorCores, Precision) switch
    {
        (true, true, Precision.High) => ProductVariant.TensorCoresThrice,
        (true, true, Precision.Medium) => ProductVariant.TensorCores,
        (true, _, _) => ProductVariant.Groups,
        _ => ProductVariant.Threads,
    };
}
