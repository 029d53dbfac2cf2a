namespace Nin.Ops;

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
