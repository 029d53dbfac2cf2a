namespace Nin.Ops;

/// <summary>Sums of slices in scratch, <c>[slices, channels]</c>, then their tree.</summary>
sealed class ChannelSumPortable(AcceleratorDevice device) : IChannelSum
{
    readonly SliceSum sum = new(device);
    readonly SliceTreeKernel tree = new(device);

    public void Run(DeviceStream stream, int pixels, int channels, int n, DeviceView x, DeviceView y, bool accumulate)
    {
        var sizes = new SliceSizes(n, pixels, channels, channels);
        var partials = stream.Scratch((long)sizes.Slices * channels);
        sum.Run(stream, sizes, x, partials);
        tree.Run(stream, sizes.Slices, partials, channels, y, second: default, accumulate);
    }
}
