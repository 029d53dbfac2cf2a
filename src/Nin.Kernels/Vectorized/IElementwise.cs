namespace Nin.Vectorized;

/// <summary>A formula over elements that know nothing of each other. Its operands are pointers that the implementing struct holds.</summary>
interface IElementwise
{
    /// <summary>Computes the elements of one register.</summary>
    /// <param name="i">Index of the first.</param>
    /// <param name="extent">How many.</param>
    void Apply<TLanes, TExtent>(long i, TExtent extent)
        where TLanes : struct, ILanes<TLanes>
        where TExtent : struct, IExtent;
}
