namespace Nin.Ops;

/// <summary>What happens to the sums of a product: flags as integers, because a kernel's parameters hold no bool.</summary>
/// <param name="Pixels">Pixels of the whole batch.</param>
/// <param name="HasBias">1 where a bias is added.</param>
/// <param name="Relu">1 where negative results become zero.</param>
/// <param name="Mode">What becomes of what stands in the result's place.</param>
readonly record struct Epilogue(long Pixels, int HasBias, int Relu, StoreMode Mode);
