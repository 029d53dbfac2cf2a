namespace Nin.Vectorized;

/// <summary>A formula over <c>[rows, channels]</c> with coefficients per channel, which the implementing struct holds.</summary>
interface IChannelwise
{
    /// <summary>Computes the elements of one register.</summary>
    /// <param name="at">Index of the first.</param>
    /// <param name="c">Its channel.</param>
    /// <param name="extent">How many.</param>
    void Apply<TLanes, TExtent>(long at, int c, TExtent extent)
        where TLanes : struct, ILanes<TLanes>
        where TExtent : struct, IExtent;
}
