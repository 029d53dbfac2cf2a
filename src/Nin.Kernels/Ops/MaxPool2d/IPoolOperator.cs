using Nin.Vectorized;

namespace Nin.Ops;

/// <summary>What a pooling does at one window. Its operands are pointers that the implementing struct holds.</summary>
interface IPoolOperator
{
    /// <summary>Computes the channels of one register.</summary>
    /// <param name="window">The taps.</param>
    /// <param name="c">First channel.</param>
    /// <param name="extent">How many.</param>
    void Apply<TLanes, TExtent>(in PoolWindow window, int c, TExtent extent)
        where TLanes : struct, ILanes<TLanes>
        where TExtent : struct, IExtent;
}
