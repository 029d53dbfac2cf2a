namespace Nin.Vectorized;

/// <summary>
/// Cuts channels into blocks where examples alone would leave threads without work. A channel's result never depends on its block.
/// </summary>
readonly struct ChannelBlocks
{
    // Whole cache lines, and enough of them that a row of a block is worth fetching.
    const int Width = 64;

    readonly int channels;
    readonly int width;

    /// <param name="channels">Channels.</param>
    /// <param name="pieces">Pieces of work that there are without cutting channels.</param>
    /// <param name="threads">Threads that compute.</param>
    public ChannelBlocks(int channels, int pieces, int threads)
    {
        this.channels = channels;
        width = threads == 1 || pieces >= 2 * threads ? channels : Width;
        Count = (channels + width - 1) / width;
    }

    /// <summary>Blocks.</summary>
    public int Count { get; }

    /// <summary>First channel of a block.</summary>
    public int First(int block) => block * width;

    /// <summary>The channel behind the last one of a block.</summary>
    public int End(int block) => Math.Min(channels, (block + 1) * width);
}
