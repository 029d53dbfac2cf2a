namespace Nin;

/// <summary>
/// How exactly products of float32 numbers are computed: matrix products, convolutions and their gradients. Sums are always float32, and so are all
/// other operations. Only devices with tensor cores for TF32 (CUDA from compute capability 8.0 on) make a difference; elsewhere every precision is
/// <see cref="Float32"/>. PyTorch's <c>set_float32_matmul_precision</c> makes the same choice.
/// </summary>
/// <seealso href="https://pytorch.org/docs/stable/generated/torch.set_float32_matmul_precision.html"/>
public enum Precision
{
    /// <summary>Products of float32 numbers: 24 significant bits. No tensor cores. The default; PyTorch's "highest".</summary>
    Float32,

    /// <summary>
    /// 3xTF32: three products of TF32 numbers on tensor cores for one of float32 numbers. The error of a product is below 2^-20 of its size, where
    /// PyTorch's "high" allows 2^-10 or 2^-15. A number that does not fit TF32 (infinity, or within 2^-11 of float32's largest) gives NaN.
    /// </summary>
    Tf32x3,

    /// <summary>
    /// One product of TF32 numbers on tensor cores: operands are rounded to 11 significant bits, so that a product is off by up to 2^-10 of
    /// its size (and 2^-22). This is what PyTorch's "high" usually is.
    /// </summary>
    Tf32,
}

/// <summary>How a device computes matrix products, convolutions and their gradients.</summary>
enum ProductVariant
{
    /// <summary>A register tile per thread, without barriers.</summary>
    Threads,

    /// <summary>A tile per work-group in shared memory, float32 products.</summary>
    WorkGroups,

    /// <summary>The same on tensor cores, 3xTF32.</summary>
    TensorCoresTf32x3,

    /// <summary>The same on tensor cores, operands rounded to TF32.</summary>
    TensorCoresTf32,
}

/// <summary>The facts of a device that decide the variant and its tile; nothing else may.</summary>
/// <param name="Kind">What runs the kernels.</param>
/// <param name="GroupSize">Threads in a group of a portable kernel: 1 where a group costs a barrier, 0 where no portable kernel runs.</param>
/// <param name="Groups">Groups that keep the device busy when each thread strides over its share; 0 for one group per tile of work.</param>
/// <param name="GroupsCooperate">
/// True where barriers and memory shared by a work-group are cheap, as on GPUs: products are then computed in tiles, one per work-group.
/// </param>
/// <param name="HasTensorCores">True where warps of 32 threads have the matrix instruction for TF32.</param>
/// <param name="Precision">How exactly products are computed where the device has a choice.</param>
readonly record struct DeviceProfile(
    DeviceKind Kind, int GroupSize = 0, int Groups = 0, bool GroupsCooperate = false, bool HasTensorCores = false, Precision Precision = Precision.Float32)
{
    /// <summary>Threads of a group where there are few: a warp, or one, where each thread has much to do and a processor's core runs one group at a time.</summary>
    public int ShortGroupSize => GroupsCooperate ? Math.Min(GroupSize, 32) : 1;

    /// <summary>The variant of products that the facts ask for.</summary>
    public ProductVariant Products => (GroupsCooperate, HasTensorCores, Precision) switch
    {
        (true, true, Precision.Tf32x3) => ProductVariant.TensorCoresTf32x3,
        (true, true, Precision.Tf32) => ProductVariant.TensorCoresTf32,
        (true, _, _) => ProductVariant.WorkGroups,
        _ => ProductVariant.Threads,
    };
}
