namespace Nin.Ops;

/// <summary>A window product of one shape of group.</summary>
interface IGroupProduct
{
    /// <summary>Computes all tiles.</summary>
    /// <param name="stream">Where it queues.</param>
    /// <param name="sizes">Sizes.</param>
    /// <param name="x"><c>[n, source pixels, groups * depth]</c>.</param>
    /// <param name="matrix">The weights, as <see cref="WeightMatrix"/> orders them.</param>
    /// <param name="bias"><c>[groups * columns]</c>; any view where there is none.</param>
    /// <param name="y"><c>[n, pixels, groups * columns]</c>.</param>
    void Run(DeviceStream stream, in GroupProductSizes sizes, DeviceView x, DeviceView matrix, DeviceView bias, DeviceView y);
}

/// <summary>What a window product by groups reads beside its arrays.</summary>
/// <param name="Map">Sizes, and which pixels belong together.</param>
/// <param name="Pixels">Pixels of the whole batch.</param>
/// <param name="HasBias">1 where a bias is added.</param>
/// <param name="Relu">1 where negative results become zero.</param>
/// <param name="Mode">What becomes of what stands in the result's place.</param>
/// <param name="Aligned">1 where four columns of the result may be written at once.</param>
readonly record struct GroupProductSizes(WindowMap Map, long Pixels, int HasBias, int Relu, StoreMode Mode, int Aligned)
{
    /// <summary>Elements that a sum has.</summary>
    public int Elements => Map.Kernel * Map.Kernel * Map.Depth;
}

/// <summary>
/// The window product for devices whose groups cooperate cheaply: shared memory, two buffers, tiles of a shape that fits the result and
/// keeps all multiprocessors busy. Sums have the same order as <see cref="WindowProduct"/>'s.
/// </summary>
sealed class GroupProduct<TSums>(AcceleratorDevice device) : IWindowProduct
    where TSums : struct, IGroupSums
{
    readonly WeightMatrix matrices = new(device);
    readonly GroupShapes<IGroupProduct> aligned = Shapes<AlignedQuads>(device), any = Shapes<AnyQuads>(device);

    public long ScratchLength(in PanelLayout layout, in Weights w) => w.Prepacked is null ? new WeightMatrixSizes(layout).Length : 0;

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
