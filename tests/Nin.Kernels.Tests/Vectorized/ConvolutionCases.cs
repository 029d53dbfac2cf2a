using System.Runtime.Intrinsics;
using Nin.Ops;
using Nin.Shapes.Sizes;

namespace Nin.Tests.Vectorized;

/// <summary>The shapes that every direction of the convolution is tested on, and what their tests share.</summary>
static class ConvolutionCases
{
    static readonly (string Name, Conv2dSizes Sizes, int Batch)[] All =
    [
        ("pointwise, tile - 1", new(15, 1, 11, 31, Kernel: 1), 1),
        ("pointwise, tile", new(16, 3, 4, 32, Kernel: 1), 1),
        ("pointwise, tile + 1", new(17, 1, 13, 33, Kernel: 1), 1),
        ("pointwise, narrow tile", new(7, 5, 5, 48, Kernel: 1), 2),
        ("pointwise with stride", new(5, 7, 9, 6, Kernel: 1, Stride: 2), 2),
        ("pointwise with padding", new(5, 3, 2, 6, Kernel: 1, Padding: 1), 2),
        ("pointwise, pixels far apart", new(525, 3, 5, 131, Kernel: 1), 3),
        ("pointwise, pixels far apart, groups", new(1034, 2, 3, 260, Kernel: 1, Groups: 2), 2),
        ("pointwise, several turns of a piece", new(9, 97, 97, 34, Kernel: 1), 1),
        ("one of everything", new(1, 1, 1, 1, Kernel: 1), 1),
        ("linear", new(37, 1, 1, 10, Kernel: 1), 17),
        ("linear, blocks of columns", new(21, 1, 1, 512, Kernel: 1), 17),
        ("depth of several blocks", new(65, 4, 5, 20, Kernel: 3, Padding: 1), 1),
        ("depth of a block and one", new(257, 2, 3, 9, Kernel: 1), 1),
        ("H != W, no padding", new(6, 7, 11, 10, Kernel: 3), 2),
        ("six channels, kernel 5, rows of ten", new(6, 14, 14, 16, Kernel: 5), 9),
        ("eight channels, rows of seven", new(8, 5, 7, 41, Kernel: 3, Padding: 1), 2),
        ("kernel 5, padding 2, batch 9", new(3, 6, 5, 16, Kernel: 5, Padding: 2), 9),
        ("one channel, stride 4, kernel 11", new(1, 25, 23, 24, Kernel: 11, Stride: 4), 2),
        ("one channel, batch 17", new(1, 6, 7, 5, Kernel: 3, Padding: 1), 17),
        ("stride 2 leaves border unread", new(4, 8, 10, 7, Kernel: 3, Stride: 2), 2),
        ("stride 2, padding 1", new(8, 9, 7, 12, Kernel: 3, Stride: 2, Padding: 1), 3),
        ("stride > kernel", new(3, 11, 8, 5, Kernel: 2, Stride: 3), 2),
        ("padding > kernel / 2", new(3, 4, 5, 6, Kernel: 3, Padding: 4), 1),
        ("dilation 2", new(5, 9, 8, 6, Kernel: 3, Padding: 2, Dilation: 2), 2),
        ("dilation 2, stride 3", new(4, 12, 11, 6, Kernel: 3, Stride: 3, Padding: 1, Dilation: 2), 2),
        ("dilation 2, stride 4, even taps only", new(3, 13, 12, 5, Kernel: 3, Stride: 4, Padding: 2, Dilation: 2), 1),
        ("groups", new(6, 5, 6, 9, Kernel: 3, Padding: 1, Groups: 3), 2),
        ("groups with stride", new(8, 7, 6, 36, Kernel: 3, Stride: 2, Padding: 1, Groups: 2), 9),
        ("depthwise", new(7, 5, 4, 7, Kernel: 3, Padding: 1, Groups: 7), 2),
        ("rectangular window", new(5, 8, 11, 7, new Window2d(new(3, Before: 1, After: 1), new(5, Before: 2, After: 2))), 2),
        ("one column of taps", new(16, 9, 30, 17, new Window2d(new(7, Before: 3, After: 3), new(1))), 3),
        ("padding before only", new(6, 7, 9, 5, new Window2d(new(3, Before: 2), new(3, Before: 1))), 2),
        ("padding after only", new(6, 7, 9, 5, new Window2d(new(3, After: 2), new(2, After: 1))), 2),
        ("strides that differ", new(7, 13, 11, 6, new Window2d(new(3, Stride: 2, Before: 1), new(4, Stride: 3, After: 2))), 3),
        ("stride along rows only", new(13, 11, 17, 6, new Window2d(new(3, Stride: 2, Before: 1, After: 1), new(3, Before: 1, After: 1))), 2),
        ("stride along columns only, groups", new(6, 10, 9, 8, new Window2d(new(2), new(3, Stride: 2, After: 1)), Groups: 2), 9),
        ("dilations that differ", new(4, 12, 15, 5, new Window2d(new(3, Before: 2, After: 1, Dilation: 2), new(2, Stride: 2, Before: 3, Dilation: 3))), 2),
        ("1x1 cropped to every second column", new(5, 4, 9, 6, new Window2d(new(1), new(1, Stride: 2))), 2),
        ("leaf of a part of an example", new(13, 90, 97, 3, new Window2d(new(3, Before: 1, After: 1), new(2))), 1),
        ("two 512-bit panels and a narrow one", new(9, 4, 4, 80, Kernel: 3, Padding: 1), 1),
    ];

    public static TheoryData<string, int> NamesAndWidths
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach ((string name, _, _) in All)
            {
                foreach (int width in Widths)
                {
                    data.Add(name, width);
                }
            }

            return data;
        }
    }

    static IEnumerable<int> Widths =>
        from width in new[] { 128, 256, 512 }
        where width == 128 || (width == 256 ? Vector256.IsHardwareAccelerated : Vector512.IsHardwareAccelerated)
        select width;

    public static (Conv2dSizes Sizes, int Batch) Find(string name)
    {
        (_, Conv2dSizes sizes, int batch) = All.Single(entry => entry.Name == name);
        return (sizes, batch);
    }

    public static float[] Random(int seed, long length)
    {
        var random = new Random(seed);
        var values = new float[length];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = 2 * random.NextSingle() - 1;
        }

        return values;
    }
}
