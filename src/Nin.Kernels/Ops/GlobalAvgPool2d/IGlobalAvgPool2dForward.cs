namespace Nin.Ops;

/// <summary>The mean of each channel over all pixels of an example, summed in row, then column order.</summary>
interface IGlobalAvgPool2dForward : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="pixels">Rows times columns.</param>
    /// <param name="channels">Channels.</param>
    /// <param name="n">Examples.</param>
    /// <param name="x"><c>[n, pixels, channels]</c>.</param>
    /// <param name="y"><c>[n, channels]</c>, overwritten.</param>
    void Run(DeviceStream stream, int pixels, int channels, int n, DeviceView x, DeviceView y);
}
