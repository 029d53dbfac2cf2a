using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>The tile of weights, and of the batch, that a group sums.</summary>
/// <param name="Slice">Slice of the batch.</param>
/// <param name="Group">Group of channels.</param>
/// <param name="Row">First row: a tap and a channel.</param>
/// <param name="Column">First filter in the group.</param>
readonly record struct GradientPlace(int Slice, int Group, int Row, int Column)
{
    /// <summary>Tiles of all weights and slices.</summary>
    public static long Tiles<TShape>(GroupGradientSizes sizes)
        where TShape : struct, IGroupShape =>
        (long)Slices.Count(sizes.Examples) * sizes.Map.Groups * RowTiles<TShape>(sizes) * ColumnTiles<TShape>(sizes);

    /// <summary>A tile by its number, filters fastest and slices slowest: groups that run at the same time read the same pixels.</summary>
    public static GradientPlace Of<TShape>(GroupGradientSizes sizes, long tile)
        where TShape : struct, IGroupShape
    {
        int columnTiles = ColumnTiles<TShape>(sizes), rowTiles = RowTiles<TShape>(sizes);
        long rest = tile / columnTiles;
        int column = (int)(tile - rest * columnTiles) * (TShape.Across * Tile8x8.Side);
        int row = (int)(rest % rowTiles) * (TShape.Down * Tile8x8.Side);
        rest /= rowTiles;
        return new GradientPlace((int)(rest / sizes.Map.Groups), (int)(rest % sizes.Map.Groups), row, column);
    }

    static int RowTiles<TShape>(GroupGradientSizes sizes)
        where TShape : struct, IGroupShape => (sizes.Rows + TShape.Down * Tile8x8.Side - 1) / (TShape.Down * Tile8x8.Side);

    static int ColumnTiles<TShape>(GroupGradientSizes sizes)
        where TShape : struct, IGroupShape => (sizes.Map.Columns + TShape.Across * Tile8x8.Side - 1) / (TShape.Across * Tile8x8.Side);
}

/// <summary>Which four filters of an output's gradient a thread fetches.</summary>
/// <param name="First">Element of the first pixel's four.</param>
/// <param name="Columns">Filters from there on that there are.</param>
readonly record struct GradientQuads(long First, int Columns)
{
    /// <summary>Four filters of a pixel, counted from the first one; zeros behind the last filter.</summary>
    public Float4 Load(GroupGradientSizes sizes, ArrayView<float> dy, long pixel)
    {
        long index = First + pixel * sizes.RowStride;
        Float4 quad = default;
        if (sizes.ReadsQuads != 0)
        {
            if (Columns > 0) quad = dy.Cast<Float4>()[index / Float4.Length];
            return quad;
        }

        if (Columns > 0) quad.S0 = dy[index];
        if (Columns > 1) quad.S1 = dy[index + 1];
        if (Columns > 2) quad.S2 = dy[index + 2];
        if (Columns > 3) quad.S3 = dy[index + 3];
        return quad;
    }
}

/// <summary>
/// A weight gradient of which a group sums a tile of (tap, channel) by filters over the pixels of a slice: the product of the transposed
/// windows and the output's gradient, eight pixels at a time through shared memory, in two buffers as
/// <see cref="GroupProductKernel{TShape, TQuads, TSums}"/> has them. Both operands lie as they are multiplied, so nothing is transposed.
/// </summary>
sealed class GroupGradientKernel<TShape, TQuads, TSums>(AcceleratorDevice device) : IGroupGradient
    where TShape : struct, IGroupShape
    where TQuads : struct, IWindowQuads
    where TSums : struct, IGroupSums
{
    readonly Action<DeviceStream, KernelConfig, GroupGradientSizes, ArrayView<float>, ArrayView<float>, ArrayView<float>> launch =
        device.Load<GroupGradientSizes, ArrayView<float>, ArrayView<float>, ArrayView<float>>(
            Kernel, GroupTile<TShape, TSums>.Specialization);

    public void Run(DeviceStream stream, in GroupGradientSizes sizes, DeviceView x, DeviceView dy, DeviceView partials) => launch(
        stream, device.Groups(GradientPlace.Tiles<TShape>(sizes), GroupTile<TShape, TSums>.Threads), sizes, x.Array, dy.Array, partials.Array);

    static void Kernel(
        GroupGradientSizes sizes, ArrayView<float> x, ArrayView<float> dy, ArrayView<float> partials)
    {
        var shared = SharedMemory.Allocate<Float4>(2 * GroupTile<TShape, TSums>.Buffer);
        for (long tile = Grid.IdxX; tile < GradientPlace.Tiles<TShape>(sizes); tile += Grid.DimX)
            SumTile(sizes, GradientPlace.Of<TShape>(sizes, tile), x, dy, shared, partials);
    }

    static void SumTile(
        GroupGradientSizes sizes, GradientPlace place, ArrayView<float> x, ArrayView<float> dy,
        ArrayView<Float4> shared, ArrayView<float> partials)
    {
        long begin = sizes.FirstPixel(place.Slice), end = sizes.FirstPixel(place.Slice + 1);
        // A thread fetches four rows (taps and channels) of one pixel, or of two; and four filters of one pixel, or of two.
        int pixel = Group.IdxX / GroupTile<TShape, TSums>.RowQuads;
        var rows = TapPlace.Of(sizes.Map, place.Row + Group.IdxX % GroupTile<TShape, TSums>.RowQuads * Float4.Length);
        var first = WindowPixel.Of(sizes.Map, begin + pixel, place.Group);
        var second = first.Behind(sizes.Map, LeftGap);
        var filters = Filters(sizes, place);

        bool sumsBias = sizes.SumsBias != 0 && place.Row == 0;
        float bias = 0;
        TSums sum = default;
        var fetched = Fetch(sizes, x, dy, first, second, rows, filters, begin, end);
        Keep(shared, 0, fetched);
        Group.Barrier();
        int current = 0;
        for (long next = begin + GroupTile<TShape, TSums>.Depth; next - GroupTile<TShape, TSums>.Depth < end; next += GroupTile<TShape, TSums>.Depth)
        {
            if (next < end)
            {
                first = first.Behind(sizes.Map, GroupTile<TShape, TSums>.Depth);
                second = second.Behind(sizes.Map, GroupTile<TShape, TSums>.Depth);
                fetched = Fetch(sizes, x, dy, first, second, rows, filters, next, end);
            }

            sum.Add<TShape>(shared, current);
            if (sumsBias) bias = AddColumn(bias, shared, current);
            current = GroupTile<TShape, TSums>.Buffer - current;
            if (next < end) Keep(shared, current, fetched);
            Group.Barrier();
        }

        sum.Put<TShape>(Target(sizes, place), partials, partials);
        int filter = place.Column + Group.IdxX;
        if (sumsBias && Group.IdxX < GroupTile<TShape, TSums>.Columns && filter < sizes.Map.Columns)
        {
            long weights = sizes.Rows * sizes.RowStride;
            partials[place.Slice * sizes.Stride + weights + place.Group * sizes.Map.Columns + filter] = bias;
        }
    }

    /// <summary>Pixels from a thread's first four rows to its second.</summary>
    static int LeftGap => GroupTile<TShape, TSums>.Threads / GroupTile<TShape, TSums>.RowQuads;

    /// <summary>Pixels from a thread's first four filters to its second.</summary>
    static int RightGap => GroupTile<TShape, TSums>.Threads / GroupTile<TShape, TSums>.ColumnQuads;

    static GradientQuads Filters(GroupGradientSizes sizes, GradientPlace place)
    {
        int filter = place.Column + Group.IdxX % GroupTile<TShape, TSums>.ColumnQuads * Float4.Length;
        return new GradientQuads(place.Group * sizes.Map.Columns + filter, sizes.Map.Columns - filter);
    }

    static FetchedQuads Fetch(
        GroupGradientSizes sizes, ArrayView<float> x, ArrayView<float> dy, WindowPixel first, WindowPixel second,
        TapPlace rows, GradientQuads filters, long pixel, long end)
    {
        FetchedQuads fetched = default;
        long left = pixel + Group.IdxX / GroupTile<TShape, TSums>.RowQuads, right = pixel + Group.IdxX / GroupTile<TShape, TSums>.ColumnQuads;
        if (left < end) fetched.Left0 = default(TQuads).Load(sizes.Map, x, first, rows);
        if (HasSecondLeft && left + LeftGap < end) fetched.Left1 = default(TQuads).Load(sizes.Map, x, second, rows);
        if (right < end) fetched.Right0 = filters.Load(sizes, dy, right);
        if (TShape.Down < 16 && right + RightGap < end) fetched.Right1 = filters.Load(sizes, dy, right + RightGap);
        return fetched;
    }

    static bool HasSecondLeft => TShape.Across < 16 && Group.IdxX / GroupTile<TShape, TSums>.RowQuads + LeftGap < GroupTile<TShape, TSums>.Depth;

    static void Keep(ArrayView<Float4> shared, int buffer, FetchedQuads fetched)
    {
        int pixel = Group.IdxX / GroupTile<TShape, TSums>.RowQuads;
        int left = buffer + pixel * GroupTile<TShape, TSums>.LeftStep + Group.IdxX % GroupTile<TShape, TSums>.RowQuads;
        shared[left] = fetched.Left0;
        if (HasSecondLeft) shared[left + LeftGap * GroupTile<TShape, TSums>.LeftStep] = fetched.Left1;
        int right = buffer + GroupTile<TShape, TSums>.Right
            + Group.IdxX / GroupTile<TShape, TSums>.ColumnQuads * GroupTile<TShape, TSums>.RightStep + Group.IdxX % GroupTile<TShape, TSums>.ColumnQuads;
        shared[right] = fetched.Right0;
        if (TShape.Down < 16) shared[right + RightGap * GroupTile<TShape, TSums>.RightStep] = fetched.Right1;
    }

    // The output's gradient is in shared memory already: a thread adds up one filter of it.
    static float AddColumn(float sum, ArrayView<Float4> shared, int buffer)
    {
        var floats = shared.Cast<float>();
        int at = (buffer + GroupTile<TShape, TSums>.Right) * Float4.Length + Group.IdxX % GroupTile<TShape, TSums>.Columns;
        for (int k = 0; k < GroupTile<TShape, TSums>.Depth; k++) sum += floats[at + k * GroupTile<TShape, TSums>.RightStep * Float4.Length];
        return sum;
    }

    static GroupTarget Target(GroupGradientSizes sizes, GradientPlace place) => new(
        place.Slice * sizes.Stride + place.Row * sizes.RowStride + place.Group * sizes.Map.Columns + place.Column, sizes.RowStride,
        sizes.Rows - place.Row, sizes.Map.Columns - place.Column, Bias: -1, sizes.WritesQuads, Relu: 0, StoreMode.Overwrite);
}
