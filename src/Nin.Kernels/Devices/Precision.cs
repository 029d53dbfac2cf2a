namespace Nin;

/// <summary>
/// How exactly products of float32 numbers are computed, in the sense of PyTorch's <c>set_float32_matmul_precision</c>: matrix products, convolutions
/// and their gradients. Sums are float32 always, and so are all other operations. Only devices with tensor cores for TF32 (CUDA from compute
/// capability 8.0 on) make a difference; elsewhere every precision is <see cref="Highest"/>.
/// </summary>
/// <seealso href="https://pytorch.org/docs/stable/generated/torch.set_float32_matmul_precision.html"/>
public enum Precision
{
    /// <summary>Products of float32 numbers: 24 significant bits. No tensor cores. The default.</summary>
    Highest,

    /// <summary>
    /// Three products of TF32 numbers on tensor cores for one of float32 numbers: a product is off by less than 2^-20 of its size, where PyTorch
    /// allows 2^-10 or 2^-15. A number that does not fit TF32 (infinity, or within 2^-11 of float32's largest) gives NaN.
    /// </summary>
    High,

    /// <summary>
    /// One product of TF32 numbers on tensor cores: operands are rounded to 11 significant bits, so that a product is off by up to 2^-10 of
    /// its size (and 2^-22). PyTorch allows bfloat16, 8 bits, here, and calls TF32 "high".
    /// </summary>
    Medium,
}
