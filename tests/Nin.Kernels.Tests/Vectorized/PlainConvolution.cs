using Nin.Ops;
using Nin.Shapes.Sizes;
using Nin.TestKit;

namespace Nin.Tests.Vectorized;

/// <summary>The oracle's convolution of channels-last operands, results channels-last.</summary>
sealed class PlainConvolution(Conv2dSizes sizes, int batch)
{
    readonly Conv2dCase s = new(batch, sizes.Channels, sizes.Height, sizes.Width, sizes.Filters, sizes.Window.Rows.Kernel, Groups: sizes.Groups)
    {
        Rows = Axis(sizes.Window.Rows), Columns = Axis(sizes.Window.Columns),
    };

    public Oracle Forward(float[] x, float[] w, float[]? bias) =>
        ReferenceConv2d.Forward(s, Input(x), Weights(w), bias?.Widen()).Permuted(y => Layouts.NchwToNhwc<double>(y, batch, s.Filters, s.OutHeight, s.OutWidth));

    public Oracle BackwardData(float[] dY, float[] w) =>
        ReferenceConv2d.BackwardData(s, Weights(w), Output(dY)).Permuted(dX => Layouts.NchwToNhwc<double>(dX, batch, s.Channels, s.Height, s.Width));

    public Oracle BackwardWeights(float[] x, float[] dY) => ReferenceConv2d.BackwardWeights(s, Input(x), Output(dY))
        .Permuted(dW => Layouts.OihwToHwio<double>(dW, s.Filters, s.GroupChannels, s.Rows.Kernel, s.Columns.Kernel));

    public Oracle BackwardBias(float[] dY) => ReferenceConv2d.BackwardBias(s, Output(dY));

    double[] Input(float[] x) => Layouts.NhwcToNchw<double>(x.Widen(), batch, s.Channels, s.Height, s.Width);

    double[] Output(float[] y) => Layouts.NhwcToNchw<double>(y.Widen(), batch, s.Filters, s.OutHeight, s.OutWidth);

    double[] Weights(float[] w) => Layouts.HwioToOihw<double>(w.Widen(), s.Filters, s.GroupChannels, s.Rows.Kernel, s.Columns.Kernel);

    static ConvAxis Axis(WindowAxis a) => new(a.Kernel, a.Stride, a.Before, a.After, a.Dilation);
}
