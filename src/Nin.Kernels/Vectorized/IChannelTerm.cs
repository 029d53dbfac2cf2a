namespace Nin.Vectorized;

/// <summary>What an element adds to the sums of its channel: see <see cref="ChannelSums"/>.</summary>
interface IChannelTerm
{
    /// <summary>Whether there is a second sum.</summary>
    static abstract bool HasSecond { get; }

    /// <summary>Adds the terms of one register of elements to their sums.</summary>
    /// <param name="at">Index of the first element.</param>
    /// <param name="c">Its channel.</param>
    /// <param name="extent">How many elements.</param>
    /// <param name="first">The first sums.</param>
    /// <param name="second">The second sums.</param>
    void Add<TLanes, TExtent>(long at, int c, TExtent extent, ref TLanes first, ref TLanes second)
        where TLanes : struct, ILanes<TLanes>
        where TExtent : struct, IExtent;
}
