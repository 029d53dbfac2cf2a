namespace Nin.Ops;

/// <summary>What a window product by groups reads beside its arrays.</summary>
/// <param name="Map">Sizes, and which pixels belong together.</param>
/// <param name="Pixels">Pixels of the whole batch.</param>
/// <param name="HasBias">1 where a bias is added.</param>
/// <param name="Relu">1 where negative results become zero.</param>
/// <param name="Mode">What becomes of what stands in the result's place.</param>
/// <param name="Aligned">1 where four columns of the result may be written at once.</param>
readonly record struct GroupProductSizes(WindowMap Map, long Pixels, int HasBias, int Relu, StoreMode Mode, int Aligned)
{
    /// <summary>Elements that a sum has.</summary>
    public int Elements => Map.Kernel * Map.Kernel * Map.Depth;
}
