namespace Nin.TestKit;

/// <summary>Convolutions that every kernel is tested on.</summary>
public static class Conv2dCases
{
    /// <summary>All cases.</summary>
    public static IReadOnlyList<Conv2dCase> All { get; } =
    [
        // Smallest, and sizes that divide nothing.
        new(1, 1, 1, 1, 1, 1),
        new(1, 1, 5, 7, 1, 3),
        new(3, 3, 7, 5, 7, 3, Padding: 1),
        new(1, 3, 11, 13, 8, 5, Padding: 2),
        new(9, 1, 7, 11, 15, 5, Padding: 2),
        new(3, 7, 13, 4, 17, 3),

        // 1x1, a matrix product over pixels: channels and filters around 8, 16 and 32.
        new(1, 8, 3, 5, 8, 1),
        new(3, 7, 5, 3, 15, 1),
        new(1, 16, 7, 5, 16, 1),
        new(2, 15, 7, 5, 17, 1),
        new(3, 17, 5, 9, 15, 1),
        new(9, 31, 3, 4, 33, 1),
        new(1, 32, 7, 9, 32, 1),
        new(1, 33, 9, 7, 31, 1),
        new(3, 47, 5, 7, 48, 1),
        new(1, 48, 7, 7, 47, 1),
        new(9, 48, 1, 1, 10, 1),

        // The same counts with a window.
        new(1, 16, 6, 9, 15, 3, Padding: 1),
        new(1, 15, 9, 6, 16, 3, Padding: 1),
        new(1, 32, 5, 7, 31, 3, Padding: 1),
        new(2, 31, 5, 4, 33, 3, Padding: 1),
        new(1, 47, 5, 4, 17, 3, Padding: 1),
        new(1, 17, 4, 7, 48, 3, Padding: 1),
        new(1, 8, 7, 6, 48, 5, Padding: 2),

        // Windows of 3 and 5 over images large enough to be taken in tiles, whose last row and column hang over the edge.
        new(1, 16, 7, 7, 16, 5, Padding: 2),
        new(2, 17, 8, 6, 33, 3, Padding: 1),
        new(1, 33, 9, 10, 17, 5, Padding: 1),
        new(1, 47, 10, 11, 16, 5),
        new(9, 16, 7, 9, 31, 3),
        new(1, 130, 7, 8, 20, 3, Padding: 1),
        new(1, 260, 7, 7, 18, 3, Padding: 2),
        new(3, 20, 12, 12, 130, 3, Padding: 1),
        new(2, 16, 10, 11, 40, 5, Padding: 4),
        new(1, 18, 12, 13, 33, 5, Padding: 2),

        // Strides; some leave rows and columns that no window reads.
        new(1, 1, 23, 31, 8, 11, Stride: 4),
        new(3, 3, 9, 8, 7, 3, Stride: 2, Padding: 1),
        new(1, 8, 4, 4, 3, 2, Stride: 2),
        new(2, 3, 10, 11, 8, 2, Stride: 3),
        new(3, 7, 11, 8, 16, 1, Stride: 2),
        new(1, 3, 13, 9, 5, 3, Stride: 5, Padding: 1),

        // Padding beyond half the window, and a window that is larger than the image.
        new(1, 3, 4, 5, 7, 3, Padding: 3),
        new(2, 2, 2, 3, 3, 5, Padding: 2),
        new(1, 3, 3, 5, 4, 1, Padding: 1),

        // Dilation.
        new(1, 3, 11, 9, 7, 3, Padding: 2, Dilation: 2),
        new(2, 7, 9, 13, 8, 3, Stride: 2, Padding: 1, Dilation: 3),
        new(1, 2, 8, 11, 5, 2, Padding: 4, Dilation: 5),

        // Groups, up to one channel each.
        new(1, 8, 5, 7, 16, 3, Padding: 1, Groups: 2),
        new(3, 6, 7, 4, 9, 3, Padding: 1, Groups: 3),
        new(1, 48, 5, 4, 32, 1, Groups: 16),
        new(2, 17, 7, 6, 17, 3, Padding: 1, Groups: 17),
        new(2, 8, 9, 7, 8, 3, Stride: 2, Padding: 2, Dilation: 2, Groups: 4),
        new(1, 31, 6, 5, 62, 3, Stride: 2, Padding: 1, Groups: 31),
        new(1, 32, 9, 8, 32, 5, Padding: 2, Dilation: 1, Groups: 32),

        // Depthwise: channels around 4, 8 and 16, rows of more than a tile of pixels, several filters a channel.
        new(1, 3, 5, 27, 3, 3, Padding: 1, Groups: 3),
        new(2, 4, 7, 19, 4, 5, Padding: 2, Groups: 4),
        new(1, 7, 9, 11, 7, 3, Stride: 2, Padding: 1, Groups: 7),
        new(2, 17, 6, 8, 17, 3, Stride: 2, Padding: 1, Groups: 17),
        new(1, 37, 5, 2, 37, 3, Stride: 2, Padding: 1, Groups: 37),
        new(1, 4, 4, 1, 4, 3, Stride: 2, Padding: 1, Groups: 4),
        new(1, 9, 10, 8, 9, 5, Stride: 2, Padding: 2, Groups: 9),
        new(9, 15, 6, 5, 15, 3, Padding: 1, Groups: 15),
        new(2, 16, 7, 37, 16, 3, Padding: 1, Groups: 16),
        new(1, 33, 12, 13, 33, 7, Padding: 3, Groups: 33),
        new(2, 5, 11, 9, 5, 3, Stride: 3, Padding: 4, Dilation: 2, Groups: 5),
        new(1, 6, 8, 9, 6, 2, Stride: 3, Groups: 6),
        new(2, 5, 7, 6, 15, 3, Padding: 1, Groups: 5),
        new(1, 20, 9, 6, 40, 3, Stride: 2, Padding: 1, Groups: 20),
        new(1, 130, 5, 6, 130, 3, Padding: 1, Groups: 130),

        // Narrow groups: as many channels as filters, more, and fewer; registers that two groups share.
        new(2, 32, 6, 7, 32, 3, Padding: 1, Groups: 8),
        new(1, 28, 7, 5, 28, 3, Stride: 2, Padding: 1, Groups: 7),
        new(2, 24, 5, 9, 12, 3, Padding: 1, Groups: 4),
        new(1, 16, 6, 5, 72, 3, Padding: 1, Groups: 8),
        new(1, 51, 5, 4, 34, 1, Groups: 17),
        new(2, 34, 5, 4, 51, 5, Padding: 2, Groups: 17),
        new(2, 64, 20, 21, 64, 3, Padding: 1, Groups: 16),

        // First layers: few channels, rows of more and of fewer pixels than a tile, leaves of rows.
        new(3, 1, 29, 28, 6, 5, Padding: 2),
        new(2, 2, 9, 13, 17, 3, Stride: 2, Padding: 3),
        new(1, 3, 21, 37, 33, 7, Stride: 2, Padding: 3),
        new(2, 4, 7, 5, 16, 3, Stride: 3, Padding: 1),
        new(1, 3, 70, 66, 5, 3, Padding: 4),

        // Enough work for blocking, slices of the batch and several threads to matter.
        new(9, 3, 17, 13, 33, 5, Padding: 2),
        new(17, 16, 7, 7, 33, 3, Padding: 1),
        new(9, 48, 14, 13, 128, 5, Padding: 2),
        new(4, 96, 28, 28, 64, 1),
        new(2, 1, 61, 67, 96, 11, Stride: 4),
    ];

    /// <summary>Windows that differ along the axes, and padding that differs at the ends of one.</summary>
    public static IReadOnlyList<Conv2dCase> Rectangular { get; } =
    [
        Rectangle(3, 5, 7, 6, 9, new(3, Before: 1, After: 1), new(1)),
        Rectangle(2, 3, 4, 9, 17, new(1), new(5, Before: 2, After: 2)),
        Rectangle(2, 5, 8, 11, 7, new(3, Before: 1, After: 1), new(5, Before: 2, After: 2)),
        Rectangle(1, 3, 6, 7, 5, new(2, After: 1), new(2, After: 1)),
        Rectangle(9, 4, 7, 5, 8, new(2, Stride: 2, After: 1), new(3, Before: 1)),
        Rectangle(2, 16, 6, 7, 20, new(3, Stride: 2, Before: 1), new(5, Before: 3, After: 1)),
        Rectangle(1, 8, 9, 11, 12, new(4, Stride: 3, Before: 2), new(2, Stride: 2, After: 3, Dilation: 3)),
        Rectangle(2, 4, 12, 15, 5, new(3, Before: 2, After: 1, Dilation: 2), new(2, Stride: 2, Before: 3, Dilation: 3)),
        Rectangle(2, 19, 7, 10, 19, new(3, Before: 1, After: 1), new(3, Stride: 2, Before: 1, After: 1)) with { Groups = 19 },
        Rectangle(1, 16, 5, 9, 16, new(3, Before: 1, After: 1), new(3, Stride: 2, Before: 1)) with { Groups = 16 },
        Rectangle(3, 16, 9, 30, 17, new(7, Before: 3, After: 3), new(1)),
        Rectangle(3, 8, 7, 6, 12, new(3, Stride: 2, Before: 2, After: 1), new(2, Dilation: 2, After: 1)) with { Groups = 4 },

        // Depthwise, with padding that differs at the ends.
        Rectangle(2, 17, 8, 11, 17, new(3, Stride: 2, Before: 0, After: 1), new(5, Before: 3, After: 1)) with { Groups = 17 },
        Rectangle(1, 8, 12, 15, 8, new(3, Before: 2, After: 1, Dilation: 2), new(2, Stride: 2, Before: 3, Dilation: 3)) with { Groups = 8 },
        Rectangle(2, 6, 7, 9, 12, new(1), new(3, Stride: 2, After: 2)) with { Groups = 6 },
        Rectangle(1, 2, 130, 70, 2, new(3, After: 1), new(3, Before: 1)) with { Groups = 2 },
        Rectangle(1, 2, 2, 40_001, 2, new(1), new(2)) with { Groups = 2 },

        // Windows whose rows are runs of memory, with and without a last one that hangs over the edge.
        Rectangle(2, 3, 8, 9, 7, new(5, Stride: 2, Before: 1), new(3, Stride: 2)),
        Rectangle(2, 3, 5, 8, 7, new(2), new(3, Stride: 2, After: 1)),

        // Weight gradients of two leaves an example, of rows; of sixteen, of pixels.
        Rectangle(1, 1, 81, 80, 2, new(2), new(1)),
        Rectangle(1, 1, 2, 40_001, 2, new(1), new(2)),
    ];

    /// <summary>The cases under a million multiply-adds, for slow devices.</summary>
    public static IReadOnlyList<Conv2dCase> Small { get; } = [.. All.Where(c => c.Macs < 1_000_000)];

    /// <summary><see cref="All"/> as rows of theory data.</summary>
    public static IEnumerable<object[]> Rows => All.Select(c => new object[] { c });

    /// <summary><see cref="Small"/> as rows of theory data.</summary>
    public static IEnumerable<object[]> SmallRows => Small.Select(c => new object[] { c });

    static Conv2dCase Rectangle(int batch, int channels, int height, int width, int filters, ConvAxis rows, ConvAxis columns) =>
        new(batch, channels, height, width, filters, rows.Kernel) { Rows = rows, Columns = columns };
}
