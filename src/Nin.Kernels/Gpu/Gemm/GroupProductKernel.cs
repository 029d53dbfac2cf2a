using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>
/// A window product of which a group computes a tile of pixels by columns. Eight elements of k at a time go through shared memory: while all
/// threads multiply one buffer, each has its share of the next one on its way in registers, and one barrier a buffer is enough.
/// </summary>
sealed class GroupProductKernel<TShape, TQuads, TSums>(AcceleratorDevice device) : IGroupProduct
    where TShape : struct, IGroupShape
    where TQuads : struct, IWindowQuads
    where TSums : struct, IGroupSums
{
    readonly Action<DeviceStream, KernelConfig, GroupProductSizes, ArrayView<float>, ArrayView<Float4>, ArrayView<float>, ArrayView<float>> launch =
        device.Load<GroupProductSizes, ArrayView<float>, ArrayView<Float4>, ArrayView<float>, ArrayView<float>>(
            Kernel, GroupTile<TShape, TSums>.Specialization);

    public void Run(DeviceStream stream, in GroupProductSizes sizes, DeviceView x, DeviceView matrix, DeviceView bias, DeviceView y)
    {
        var area = GroupArea.Of<TShape>();
        long tiles = sizes.Map.Groups * area.Tiles(sizes.Pixels, sizes.Map.Columns);
        launch(stream, device.Groups(tiles, area.Threads), sizes, x.Array, matrix.Array.Cast<Float4>(), bias.Array, y.Array);
    }

    static void Kernel(
        GroupProductSizes sizes, ArrayView<float> x, ArrayView<Float4> matrix, ArrayView<float> bias, ArrayView<float> y)
    {
        var shared = SharedMemory.Allocate<Float4>(2 * GroupTile<TShape, TSums>.Buffer);
        int tilesOfGroup = (sizes.Map.Columns + GroupTile<TShape, TSums>.Columns - 1) / GroupTile<TShape, TSums>.Columns;
        int columnTiles = sizes.Map.Groups * tilesOfGroup;
        long rowTiles = (sizes.Pixels + GroupTile<TShape, TSums>.Rows - 1) / GroupTile<TShape, TSums>.Rows;
        // Columns fastest: groups that run at the same time share pixels.
        for (long tile = Grid.IdxX; tile < rowTiles * columnTiles; tile += Grid.DimX)
        {
            long rowTile = tile / columnTiles;
            int columnTile = (int)(tile - rowTile * columnTiles), group = columnTile / tilesOfGroup;
            long pixel = rowTile * GroupTile<TShape, TSums>.Rows;
            int column = (columnTile - group * tilesOfGroup) * GroupTile<TShape, TSums>.Columns;
            var sum = Sum(sizes, pixel, group, column, x, matrix, shared);
            sum.Put<TShape>(Target(sizes, pixel, group, column), bias, y);
        }
    }

    static TSums Sum(
        GroupProductSizes sizes, long pixel, int group, int column, ArrayView<float> x, ArrayView<Float4> matrix, ArrayView<Float4> shared)
    {
        // Of the left operand a thread fetches four elements of k of one pixel, or of two, half a group apart.
        int row = Group.IdxX / 2;
        var place = TapPlace.Of(sizes.Map, Group.IdxX % 2 * Float4.Length);
        var first = Pixel(sizes, pixel + row, group);
        var second = Pixel(sizes, pixel + row + GroupTile<TShape, TSums>.Threads / 2, group);
        int steps = (sizes.Elements + GroupTile<TShape, TSums>.Depth - 1) / GroupTile<TShape, TSums>.Depth;
        var weights = WeightQuads<TShape, TSums>.Of(sizes.Map, steps, group, column);

        TSums sum = default;
        var fetched = Fetch(sizes.Map, x, first, second, place, matrix, weights);
        Keep(shared, 0, fetched);
        Group.Barrier();
        for (int step = 1; step <= steps; step++)
        {
            if (step < steps)
            {
                place = place.Behind(sizes.Map, GroupTile<TShape, TSums>.Depth);
                weights = weights.Next(sizes.Map);
                fetched = Fetch(sizes.Map, x, first, second, place, matrix, weights);
            }

            sum.Add<TShape>(shared, ((step - 1) & 1) * GroupTile<TShape, TSums>.Buffer);
            if (step < steps) Keep(shared, (step & 1) * GroupTile<TShape, TSums>.Buffer, fetched);
            Group.Barrier();
        }

        return sum;
    }

    /// <summary>Rows of weights from a thread's first block to its second.</summary>
    static int RightGap => GroupTile<TShape, TSums>.Threads / GroupTile<TShape, TSums>.ColumnQuads;

    static bool HasSecond => TShape.Across < 16 && Group.IdxX / 2 + GroupTile<TShape, TSums>.Threads / 2 < GroupTile<TShape, TSums>.Rows;

    // Behind the last pixel it stands again, and is not stored.
    static WindowPixel Pixel(GroupProductSizes sizes, long pixel, int group) =>
        WindowPixel.Of(sizes.Map, pixel < sizes.Pixels ? pixel : sizes.Pixels - 1, group);

    static FetchedQuads Fetch(
        WindowMap map, ArrayView<float> x, WindowPixel first, WindowPixel second, TapPlace place, ArrayView<Float4> matrix,
        WeightQuads<TShape, TSums> weights)
    {
        FetchedQuads fetched = default;
        fetched.Left0 = default(TQuads).Load(map, x, first, place);
        if (HasSecond) fetched.Left1 = default(TQuads).Load(map, x, second, place);
        fetched.Right0 = weights.Load(matrix, map, 0);
        if (TShape.Down < 16) fetched.Right1 = weights.Load(matrix, map, RightGap);
        return fetched;
    }

    static void Keep(ArrayView<Float4> shared, int buffer, FetchedQuads fetched)
    {
        int row = Group.IdxX / 2;
        Transpose(shared, buffer, row, fetched.Left0);
        if (HasSecond)
            Transpose(shared, buffer, row + GroupTile<TShape, TSums>.Threads / 2, fetched.Left1);
        int right = buffer + GroupTile<TShape, TSums>.Right
            + Group.IdxX / GroupTile<TShape, TSums>.ColumnQuads * GroupTile<TShape, TSums>.RightStep + Group.IdxX % GroupTile<TShape, TSums>.ColumnQuads;
        shared[right] = fetched.Right0;
        if (TShape.Down < 16) shared[right + RightGap * GroupTile<TShape, TSums>.RightStep] = fetched.Right1;
    }

    static void Transpose(ArrayView<Float4> shared, int buffer, int row, Float4 quad)
    {
        var floats = shared.Cast<float>();
        int step = GroupTile<TShape, TSums>.LeftStep * Float4.Length;
        int at = buffer * Float4.Length + Group.IdxX % 2 * Float4.Length * step + row;
        floats[at] = quad.S0;
        floats[at + step] = quad.S1;
        floats[at + 2 * step] = quad.S2;
        floats[at + 3 * step] = quad.S3;
    }

    static GroupTarget Target(GroupProductSizes sizes, long pixel, int group, int column)
    {
        long stride = (long)sizes.Map.Groups * sizes.Map.Columns;
        int channel = group * sizes.Map.Columns + column;
        return new GroupTarget(
            pixel * stride + channel, stride, sizes.Pixels - pixel, sizes.Map.Columns - column, sizes.HasBias != 0 ? channel : -1, sizes.Aligned,
            sizes.Relu, sizes.Mode);
    }
}
