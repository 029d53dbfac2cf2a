using Nin.Ops;
using Nin.Shapes.Sizes;
using Nin.TestKit;

namespace Nin.Kernels.Tests.Conformance;

/// <summary>Convolutions whose window differs along its axes, or whose padding differs at the ends of one, and images of many leaves.</summary>
public abstract partial class ProductTests<TDevice>
{
    static readonly WindowAxis One = new(1);

    static readonly (int N, Conv2dSizes Sizes)[] AllWindows =
    [
        (3, new(5, 7, 6, 9, new Window2d(new(3, Before: 1, After: 1), One))),
        (2, new(3, 4, 9, 17, new Window2d(One, new(5, Before: 2, After: 2)))),
        (9, new(4, 7, 5, 8, new Window2d(new(2, Stride: 2, After: 1), new(3, Before: 1)))),
        (1, new(3, 6, 7, 5, new Window2d(new(2, After: 1), new(2, After: 1)))),
        (1, new(8, 9, 11, 12, new Window2d(new(4, Stride: 3, Before: 2), new(2, Stride: 2, After: 3, Dilation: 3)))),
        (3, new(8, 7, 6, 12, new Window2d(new(3, Stride: 2, Before: 2, After: 1), new(2, Dilation: 2, After: 1)), Groups: 4)),
        (2, new(16, 6, 7, 20, new Window2d(new(3, Stride: 2, Before: 1), new(5, Before: 3, After: 1)))),

        // Windows whose rows are runs of memory, with and without a last one that hangs over the edge.
        (2, new(3, 8, 9, 7, new Window2d(new(5, Stride: 2, Before: 1), new(3, Stride: 2)))),
        (2, new(3, 5, 8, 7, new Window2d(new(2), new(3, Stride: 2, After: 1)))),

        // Two leaves an example, of rows; sixteen, of pixels.
        (1, new(1, 81, 80, 2, new Window2d(new(2), One))),
        (1, new(1, 2, 40_001, 2, new Window2d(One, new(2)))),
    ];

    public static TheoryData<int> Windows =>
        [.. Enumerable.Range(0, AllWindows.Length).Where(i => AllWindows[i].N * AllWindows[i].Sizes.Macs < TDevice.MaxMacs)];

    [DeviceTheory, MemberData(nameof(Windows))]
    public void Conv2d_of_any_window(int index)
    {
        (int n, Conv2dSizes s) = AllWindows[index];
        float[] x = RandomData.Normal(1, n * (int)s.InputLength), w = RandomData.Normal(2, (int)s.WeightLength);
        float[] b = RandomData.Normal(3, s.Filters), dy = RandomData.Normal(4, n * (int)s.OutputLength);
        Operand input = In(x), weights = In(w), gradient = In(dy), bias = In(b);
        Operand y = Out(dy.Length), dx = Out(x.Length), dw = Out(w.Length), db = Out(s.Filters);
        Op<IConv2dForward>().Run(Stream, s, n, input, weights.View, bias, relu: false, y);
        Op<IConv2dBackwardData>().Run(Stream, s, n, gradient, weights.View, dx, accumulate: false);
        Op<IConv2dBackwardWeights>().Run(Stream, s, n, input, gradient, dw, db, accumulate: false);

        int pixels = dy.Length / s.Filters;
        var (wantY, wantX, wantW, wantB) = Convolved(s, n, x, w, b, dy, v => v);
        var sizes = Convolved(s, n, x, w, b, dy, Math.Abs);
        Comparison.Agree(y.Read(), Products(new(wantY, () => sizes.Y, s.Window.Taps * s.GroupChannels + 1)), "y");
        Comparison.Agree(dx.Read(), Products(new(wantX, () => sizes.X, s.Window.Taps * s.GroupFilters)), "dx");
        Comparison.Agree(dw.Read(), Products(new(wantW, () => sizes.W, pixels)), "dw");
        Comparison.Agree(db.Read(), new(wantB, () => sizes.B, pixels), "dbias");

        Op<IConv2dForward>().Run(Stream, s, n, input, weights.View, default, relu: false, y);
        (float[], float[], Oracle) ahead = (dy, y.Read(), Products(new(wantY, () => sizes.Y, s.Window.Taps * s.GroupChannels + 1)));
        Transposed.Agree(ahead, (x, dx.Read(), Products(new(wantX, () => sizes.X, s.Window.Taps * s.GroupFilters))));
        Transposed.Agree(ahead, (w, dw.Read(), Products(new(wantW, () => sizes.W, pixels))));
    }

    /// <summary>All four results as one plain loop over their products, channels last.</summary>
    static (double[] Y, double[] X, double[] W, double[] B) Convolved(
        Conv2dSizes s, int n, float[] x, float[] w, float[] b, float[] dy, Func<double, double> part)
    {
        WindowAxis rows = s.Window.Rows, columns = s.Window.Columns;
        double[] y = new double[dy.Length], dx = new double[x.Length], dw = new double[w.Length], db = new double[s.Filters];
        for (int o = 0; o < dy.Length; o++)
        {
            // o = ((example * outHeight + row) * outWidth + column) * filters + filter
            int f = o % s.Filters, column = o / s.Filters % s.OutWidth, row = o / s.Filters / s.OutWidth % s.OutHeight;
            int example = o / (int)s.OutputLength, group = f / s.GroupFilters;
            y[o] += part(b[f]);
            db[f] += part(dy[o]);
            for (int tap = 0; tap < s.Window.Taps; tap++)
            {
                int iy = row * rows.Stride - rows.Before + tap / columns.Kernel * rows.Dilation;
                int ix = column * columns.Stride - columns.Before + tap % columns.Kernel * columns.Dilation;
                if (iy < 0 || iy >= s.Height || ix < 0 || ix >= s.Width) continue;
                for (int c = 0; c < s.GroupChannels; c++)
                {
                    int i = ((example * s.Height + iy) * s.Width + ix) * s.Channels + group * s.GroupChannels + c;
                    int k = (tap * s.GroupChannels + c) * s.Filters + f;
                    y[o] += part((double)x[i] * w[k]);
                    dx[i] += part((double)dy[o] * w[k]);
                    dw[k] += part((double)x[i] * dy[o]);
                }
            }
        }

        return (y, dx, dw, db);
    }
}
