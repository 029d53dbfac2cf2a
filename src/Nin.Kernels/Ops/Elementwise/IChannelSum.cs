namespace Nin.Ops;

/// <summary><c>y[c] = sum over pixels and examples of x</c>, as <see cref="Slices"/> says: the gradient of a bias.</summary>
interface IChannelSum : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="pixels">Rows times columns of one example.</param>
    /// <param name="channels">Channels.</param>
    /// <param name="n">Examples.</param>
    /// <param name="x"><c>[n, pixels, channels]</c>.</param>
    /// <param name="y"><c>[channels]</c>.</param>
    /// <param name="accumulate">Adds to what stands in <paramref name="y"/>.</param>
    void Run(DeviceStream stream, int pixels, int channels, int n, DeviceView x, DeviceView y, bool accumulate);
}
