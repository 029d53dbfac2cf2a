namespace Nin.Ops;

/// <summary><c>dx = dy / pixels</c> at each pixel.</summary>
interface IGlobalAvgPool2dBackward : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="pixels">Rows times columns.</param>
    /// <param name="channels">Channels.</param>
    /// <param name="n">Examples.</param>
    /// <param name="dy"><c>[n, channels]</c>.</param>
    /// <param name="dx"><c>[n, pixels, channels]</c>.</param>
    /// <param name="accumulate">Adds to what stands in <paramref name="dx"/>.</param>
    void Run(DeviceStream stream, int pixels, int channels, int n, DeviceView dy, DeviceView dx, bool accumulate);
}
