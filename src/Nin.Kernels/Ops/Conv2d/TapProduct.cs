using System.Runtime.CompilerServices;

namespace Nin.Ops;

/// <summary>
/// Rows of a gradient of weights over some rows of the grid of one sample, tap by tap: the channels of a tap are read as they lie in the
/// image, and pixels whose tap lies outside are passed over. Copied patches would give the same sums, with zeros added.
/// </summary>
static unsafe class TapProduct
{
    // A tile starts from sums in memory and goes back there: fewer steps than these are not worth that.
    const int MinDepth = 96;

    /// <summary>Rows of the grid that are taken at a time; 0 where copied patches serve better.</summary>
    public static int GridRows<TLanes>(in Patches patches)
        where TLanes : struct, ILanes<TLanes>
    {
        if (patches.Channels < RegisterTile.Rows<TLanes>() || patches.GridWidth > RowPanel.MaxDepth)
        {
            return 0;
        }

        int blocks = Packing.CeilDivide(patches.GridHeight, Math.Max(1, RowPanel.MaxDepth / patches.GridWidth));
        int rows = Packing.CeilDivide(patches.GridHeight, blocks);
        return rows * patches.GridWidth < MinDepth ? 0 : rows;
    }

    /// <param name="patches">The windows of one group.</param>
    /// <param name="first">The first pixel of a row of the grid.</param>
    /// <param name="gridRows">Rows of the grid, all of them in one sample.</param>
    /// <param name="from">First row of the gradient.</param>
    /// <param name="block">The product but for A.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Execute<TLanes>(in Patches patches, long first, int gridRows, int from, in BlockProduct block)
        where TLanes : struct, ILanes<TLanes>
    {
        BlockProduct product = block;
        product.IsExact = true;
        product.PanelStep = RegisterTile.Rows<TLanes>();
        var corner = new GridPixel(first, patches.GridHeight, patches.GridWidth);
        int end = from + block.Rows;
        for (int row = from; row < end; row += product.Rows)
        {
            int tap = row / patches.Channels;
            int channel = row - tap * patches.Channels;
            product.Rows = Math.Min(patches.Channels - channel, end - row);
            product.RowsBefore = channel;
            Place(patches, corner, gridRows, tap, ref product);
            product.A += channel;
            product.Execute<TLanes, ColumnPanel>();
            product.C += product.Rows * product.CStep;
            product.Ahead = default;
        }
    }

    // The pixels whose tap is inside: a rectangle of the grid.
    static void Place(in Patches patches, GridPixel corner, int gridRows, int tap, ref BlockProduct product)
    {
        int stride = patches.Stride;
        int y = patches.Top + tap / patches.TapColumns * patches.TapStep, x = patches.Left + tap % patches.TapColumns * patches.TapStep;
        int top = Math.Max(corner.Row, Packing.CeilDivide(Math.Max(0, -y), stride));
        int bottom = Math.Min(corner.Row + gridRows, Packing.CeilDivide(Math.Max(0, patches.Height - y), stride));
        int left = Packing.CeilDivide(Math.Max(0, -x), stride);
        int right = Math.Min(patches.GridWidth, Packing.CeilDivide(Math.Max(0, patches.Width - x), stride));
        int length = Math.Max(0, right - left);
        nint step = (nint)stride * patches.PixelStep;
        product.Runs = new DepthRuns(length == 0 ? 0 : bottom - top, length, step)
        {
            First = (top - corner.Row) * patches.GridWidth + left,
            Gap = patches.GridWidth - length,
            Skip = (patches.Width - length) * step,
        };
        nint imageRow = (nint)corner.Sample * patches.Height + top * stride + y;
        product.A = patches.Image + (imageRow * patches.Width + left * stride + x) * patches.PixelStep;
    }
}
