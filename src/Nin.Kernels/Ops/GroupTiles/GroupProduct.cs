namespace Nin.Ops;

/// <summary>
/// The window product for devices whose groups cooperate cheaply: shared memory, two buffers, tiles of a shape that fits the result and
/// keeps all multiprocessors busy. Sums have the same order as <see cref="WindowProduct"/>'s.
/// </summary>
sealed class GroupProduct<TSums>(AcceleratorDevice device) : IWindowProduct
    where TSums : struct, IGroupSums
{
    readonly WeightMatrix matrices = new(device);
    readonly GroupShapes<IGroupProduct> aligned = Shapes<AlignedQuads>(device), any = Shapes<AnyQuads>(device);

    public long ScratchLength(in PanelLayout layout, in Weights w) => w.Derived is null ? new WeightMatrixSizes(layout).Length : 0;

    public void Run(
        DeviceStream stream, Type variant, in WindowMap map, in PanelLayout layout, int n, DeviceView x, in Weights w, DeviceView scratch, DeviceView bias,
        bool relu, DeviceView y, StoreMode mode)
    {
        var matrix = matrices.Of(stream, variant, layout, w, scratch);
        long pixels = (long)n * map.Height * map.Width;
        var sizes = new GroupProductSizes(
            map, pixels, bias.IsNone ? 0 : 1, relu ? 1 : 0, mode, Alignment.InQuads(y, map.Columns) ? 1 : 0);
        var shapes = Alignment.InQuads(x, map.Depth) ? aligned : any;
        shapes.Best(pixels, map.Columns, map.Groups).Run(stream, sizes, x, matrix, bias.IsNone ? matrix : bias, y);
    }

    static GroupShapes<IGroupProduct> Shapes<TQuads>(AcceleratorDevice device)
        where TQuads : struct, IWindowQuads => new(
        device,
        new(GroupArea.Of<Group128x128>(), () => new GroupProductKernel<Group128x128, TQuads, TSums>(device)),
        new(GroupArea.Of<Group128x96>(), () => new GroupProductKernel<Group128x96, TQuads, TSums>(device)),
        new(GroupArea.Of<Group64x64>(), () => new GroupProductKernel<Group64x64, TQuads, TSums>(device)));
}
