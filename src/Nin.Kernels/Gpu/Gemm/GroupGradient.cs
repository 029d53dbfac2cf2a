namespace Nin.Ops;

/// <summary>A weight gradient of one shape of group.</summary>
interface IGroupGradient
{
    /// <summary>Computes all tiles.</summary>
    /// <param name="stream">Where it queues.</param>
    /// <param name="sizes">Sizes.</param>
    /// <param name="x"><c>[n, height, width, channels]</c>.</param>
    /// <param name="dy"><c>[n, outHeight, outWidth, filters]</c>.</param>
    /// <param name="partials"><c>[slices, stride]</c>, from the first weight on.</param>
    void Run(DeviceStream stream, in GroupGradientSizes sizes, DeviceView x, DeviceView dy, DeviceView partials);
}

/// <summary>What a weight gradient by groups reads beside its arrays.</summary>
/// <param name="Map">The forward pass: sizes, and which pixels belong together.</param>
/// <param name="Examples">Examples of the batch.</param>
/// <param name="Stride">Elements from the partial sums of a slice to those of the next.</param>
/// <param name="SumsBias">1 where the bias's gradient is written behind the weights'.</param>
/// <param name="ReadsQuads">1 where four filters of the output's gradient may be read at once.</param>
/// <param name="WritesQuads">1 where four filters of the partial sums may be written at once.</param>
readonly record struct GroupGradientSizes(
    WindowMap Map, int Examples, long Stride, int SumsBias, int ReadsQuads, int WritesQuads)
{
    /// <summary>Rows of a group's gradient: taps times channels.</summary>
    public int Rows => Map.Kernel * Map.Kernel * Map.Depth;

    /// <summary>Elements from a row to the next: all filters.</summary>
    public long RowStride => (long)Map.Groups * Map.Columns;

    /// <summary>The first pixel of a slice, or the one behind the last where there is no such slice.</summary>
    public long FirstPixel(int slice) => (long)Slices.First(slice, Examples) * Map.Height * Map.Width;
}

/// <summary>The weight gradient for devices whose groups cooperate cheaply; sums have the same order as <see cref="WindowGradient"/>'s.</summary>
sealed class GroupGradient<TSums>(AcceleratorDevice device) : IWindowGradient
    where TSums : struct, IGroupSums
{
    readonly GroupShapes<IGroupGradient> aligned = Shapes<AlignedQuads>(device), any = Shapes<AnyQuads>(device);

    public void Run(
        DeviceStream stream, in Conv2dSizes sizes, int n, DeviceView x, DeviceView dy, bool sumsBias, DeviceView partials, long stride)
    {
        var map = WindowMap.Forward(sizes);
        bool readsQuads = Alignment.InQuads(dy, map.Columns);
        bool writesQuads = Alignment.InQuads(partials, map.Columns) && stride % Float4.Length == 0;
        var kernelSizes = new GroupGradientSizes(
            map, n, stride, sumsBias ? 1 : 0, readsQuads ? 1 : 0, writesQuads ? 1 : 0);
        var shapes = Alignment.InQuads(x, map.Depth) ? aligned : any;
        shapes.Best(kernelSizes.Rows, map.Columns, (long)Slices.Count(n) * map.Groups)
            .Run(stream, kernelSizes, x, dy, partials);
    }

    static GroupShapes<IGroupGradient> Shapes<TQuads>(AcceleratorDevice device)
        where TQuads : struct, IWindowQuads => new(
        device,
        new(GroupArea.Of<Group128x128>(), () => new GroupGradientKernel<Group128x128, TQuads, TSums>(device)),
        new(GroupArea.Of<Group128x96>(), () => new GroupGradientKernel<Group128x96, TQuads, TSums>(device)),
        new(GroupArea.Of<Group64x64>(), () => new GroupGradientKernel<Group64x64, TQuads, TSums>(device)));
}
