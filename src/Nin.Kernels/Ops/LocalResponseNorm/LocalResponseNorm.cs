namespace Nin.Ops;

/// <summary>
/// <c>y[c] = x[c] s[c]^-beta</c> with <c>s[c] = k + alpha sum x[j]^2</c> over the channels j of a window around c, at each pixel (Krizhevsky et al. 2012,
/// section 3.3).
/// </summary>
interface ILocalResponseNormForward : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="window">The window and its numbers.</param>
    /// <param name="pixels">Pixels of all examples.</param>
    /// <param name="x"><c>[pixels, channels]</c>.</param>
    /// <param name="y">The same shape, overwritten.</param>
    /// <param name="s">The same shape, overwritten; none where no gradient follows.</param>
    void Run(DeviceStream stream, in ResponseWindow window, long pixels, DeviceView x, DeviceView y, DeviceView s);
}

/// <summary>
/// <c>dx[j] = dy[j] s[j]^-beta - 2 alpha beta x[j] sum t[c]</c> over the channels c whose window holds j, where <c>t[c] = dy[c] x[c] s[c]^(-beta - 1)</c> is,
/// times -beta, the gradient of <c>s[c]</c>.
/// </summary>
interface ILocalResponseNormBackward : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="window">The window and its numbers.</param>
    /// <param name="pixels">Pixels of all examples.</param>
    /// <param name="x"><c>[pixels, channels]</c>.</param>
    /// <param name="s">As the forward pass left it.</param>
    /// <param name="dy">Gradient of the output.</param>
    /// <param name="dx">Overwritten, or added to; may be <paramref name="dy"/> where nothing is added.</param>
    /// <param name="accumulate">Adds to <paramref name="dx"/> instead of overwriting it.</param>
    void Run(
        DeviceStream stream, in ResponseWindow window, long pixels, DeviceView x, DeviceView s, DeviceView dy, DeviceView dx, bool accumulate);
}

/// <summary>The window of a local response normalisation, over channels, and its numbers.</summary>
/// <param name="Channels">Channels of a pixel.</param>
/// <param name="Size">Channels of the window; those beyond the first and the last count as 0.</param>
/// <param name="Alpha">Factor of the sum of squares: the layer's alpha divided by its size.</param>
/// <param name="Beta">Exponent.</param>
/// <param name="K">What is added to the sum.</param>
public readonly record struct ResponseWindow(int Channels, int Size, float Alpha, float Beta, float K)
{
    /// <summary>Channels of the window before its middle (PyTorch's numbering, where the size is even).</summary>
    public int Before => Size / 2;

    /// <summary>Channels of the window after its middle.</summary>
    public int After => (Size - 1) / 2;
}
