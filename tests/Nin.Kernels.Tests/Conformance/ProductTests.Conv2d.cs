using Nin.Ops;
using Nin.Shapes.Sizes;
using Nin.TestKit;

namespace Nin.Kernels.Tests.Conformance;

public abstract partial class ProductTests<TDevice>
{
    /// <summary>Convolutions, among them 1x1 ones, and linear layers as those of one pixel.</summary>
    public static TheoryData<Conv2dCase> Convolutions => Taken(
        [
            .. Conv2dCases.All,
            .. LinearCases.All.Select(c => new Conv2dCase(c.Batch, c.Inputs, 1, 1, c.Outputs, 1)),
        ],
        c => c.Macs);

    public static TheoryData<Conv2dCase> SmallConvolutions => Taken(Conv2dCases.Small, c => c.Macs);

    public static TheoryData<Conv2dCase> RectangularWindows => Taken(Conv2dCases.Rectangular, c => c.Macs);

    /// <summary>Batches of one leaf that is short, of one that is full, and of trees of two, three and six.</summary>
    public static TheoryData<Conv2dCase> Leaves => Taken(
        [
            .. new[] { 1, 9, 17, 41, 7, 8 }.Select(n => new Conv2dCase(n, 3, 4, 5, 9, 3, Stride: 2, Padding: 1)),
            .. new[] { 1, 9, 17, 41, 7, 8 }.Select(n => new Conv2dCase(n, 5, 3, 2, 11, 1)),
        ],
        c => c.Macs);

    /// <summary>Leaves that are parts of an example: about the smallest image that has two, and a larger one.</summary>
    public static TheoryData<Conv2dCase> ImagesOfLeaves =>
        [.. new Conv2dCase[] { new(1, 1, 83, 71, 2, 1), new(2, 2, 97, 91, 3, 1) }.Where((c, i) => i == 0 || c.Macs < TDevice.MaxMacs)];

    [DeviceTheory, MemberData(nameof(Convolutions))]
    public void Conv2d_forward(Conv2dCase s)
    {
        float[] x = RandomData.Normal(1, s.InputLength), w = RandomData.Normal(2, s.WeightLength), b = RandomData.Normal(3, s.Filters);
        Operand input = In(Nhwc(s, x)), weights = In(Hwio(s, w)), bias = In(b);
        foreach (bool biased in Both)
        {
            Oracle want = Products(ReferenceConv2d.Forward(s, x.Widen(), w.Widen(), biased ? b.Widen() : null));
            foreach (bool relu in Both)
            {
                Operand y = Out(s.OutputLength);
                Op<IConv2dForward>().Run(Stream, Sizes(s), s.Batch, input, weights.View, biased ? bias : null, relu, y);
                Comparison.Agree(OutputNchw(s, y.Read()), relu ? want.WithRelu() : want, $"y, bias {biased}, relu {relu}");
            }
        }
    }

    [DeviceTheory, MemberData(nameof(Convolutions))]
    public void Conv2d_forward_adds_a_residual(Conv2dCase s)
    {
        float[] x = RandomData.Normal(1, s.InputLength), w = RandomData.Normal(2, s.WeightLength), b = RandomData.Normal(3, s.Filters);
        float[] residual = RandomData.Normal(4, s.OutputLength);
        Operand input = In(Nhwc(s, x)), weights = In(Hwio(s, w)), bias = In(b), added = In(OutputNhwc(s, residual));
        Oracle want = Products(ReferenceConv2d.Forward(s, x.Widen(), w.Widen(), b.Widen())).AddedTo(residual.Widen());
        foreach (bool relu in Both)
        {
            Operand y = Out(s.OutputLength);
            Op<IConv2dForward>().Run(Stream, Sizes(s), s.Batch, input, weights.View, bias, relu, y, added);
            Comparison.Agree(OutputNchw(s, y.Read()), relu ? want.WithRelu() : want, $"y, relu {relu}");
        }

        Operand own = Target(accumulate: true, OutputNhwc(s, residual));
        Op<IConv2dForward>().Run(Stream, Sizes(s), s.Batch, input, weights.View, bias, relu: false, own, own);
        Comparison.Agree(OutputNchw(s, own.Read()), want, "y, added to itself");
    }

    [DeviceTheory, MemberData(nameof(Convolutions))]
    public void Conv2d_backward_data(Conv2dCase s)
    {
        float[] dy = RandomData.Normal(1, s.OutputLength), w = RandomData.Normal(2, s.WeightLength), bias = RandomData.Normal(4, s.Channels);
        float[] before = RandomData.Normal(3, s.InputLength);
        Operand gradient = In(OutputNhwc(s, dy)), weights = In(Hwio(s, w)), shift = In(bias);
        Oracle want = Products(ReferenceConv2d.BackwardData(s, w.Widen(), dy.Widen()));
        Oracle shifted = want.AddedTo([.. Enumerable.Range(0, (int)s.InputLength).Select(i => (double)bias[i / (s.Height * s.Width) % s.Channels])]);
        foreach (var (biased, accumulate) in new[] { (false, false), (false, true), (true, false), (true, true) })
        {
            Operand dx = Target(accumulate, Nhwc(s, before));
            Op<IConv2dBackwardData>().Run(Stream, Sizes(s), s.Batch, gradient, weights.View, dx, accumulate, biased ? shift : null);
            Comparison.Agree(Nchw(s, dx.Read()), Wanted(accumulate, biased ? shifted : want, before), $"dx, bias {biased}, accumulate {accumulate}");
        }
    }

    [DeviceTheory, MemberData(nameof(Convolutions)), MemberData(nameof(Leaves))]
    public void Conv2d_backward_weights(Conv2dCase s)
    {
        WeightGradientsAgree(s, [.. Both.SelectMany(accumulate => Both.Select(biased => (biased, accumulate)))]);
    }

    [DeviceTheory, MemberData(nameof(ImagesOfLeaves))]
    public void Conv2d_backward_weights_of_large_images(Conv2dCase s) => WeightGradientsAgree(s, (Biased: true, Accumulate: true));

    [DeviceTheory, MemberData(nameof(SmallConvolutions))]
    public void Conv2d_gradients_are_the_transposed_maps(Conv2dCase s)
    {
        float[] x = RandomData.Normal(1, s.InputLength), w = RandomData.Normal(2, s.WeightLength);
        float[] dy = RandomData.Normal(3, s.OutputLength);
        Operand input = In(Nhwc(s, x)), weights = In(Hwio(s, w)), gradient = In(OutputNhwc(s, dy));
        Operand y = Out(s.OutputLength), dx = Out(s.InputLength), dw = Out(s.WeightLength);
        Op<IConv2dForward>().Run(Stream, Sizes(s), s.Batch, input, weights.View, default, relu: false, y);
        Op<IConv2dBackwardData>().Run(Stream, Sizes(s), s.Batch, gradient, weights.View, dx, accumulate: false);
        Op<IConv2dBackwardWeights>().Run(Stream, Sizes(s), s.Batch, input, gradient, dw, default, accumulate: false);

        Oracle forward = Products(ReferenceConv2d.Forward(s, x.Widen(), w.Widen()));
        (float[], float[], Oracle) ahead = (dy, OutputNchw(s, y.Read()), forward);
        Transposed.Agree(ahead, (x, Nchw(s, dx.Read()), Products(ReferenceConv2d.BackwardData(s, w.Widen(), dy.Widen()))));
        Transposed.Agree(ahead, (w, Oihw(s, dw.Read()), Products(ReferenceConv2d.BackwardWeights(s, x.Widen(), dy.Widen()))));
    }

    [DeviceTheory, MemberData(nameof(RectangularWindows))]
    public void Conv2d_of_any_window(Conv2dCase s)
    {
        float[] x = RandomData.Normal(1, s.InputLength), w = RandomData.Normal(2, s.WeightLength), b = RandomData.Normal(3, s.Filters);
        float[] dy = RandomData.Normal(4, s.OutputLength);
        Operand weights = In(Hwio(s, w)), y = Out(s.OutputLength), dx = Out(s.InputLength);
        Op<IConv2dForward>().Run(Stream, Sizes(s), s.Batch, In(Nhwc(s, x)), weights.View, In(b), relu: false, y);
        Op<IConv2dBackwardData>().Run(Stream, Sizes(s), s.Batch, In(OutputNhwc(s, dy)), weights.View, dx, accumulate: false);
        Comparison.Agree(OutputNchw(s, y.Read()), Products(ReferenceConv2d.Forward(s, x.Widen(), w.Widen(), b.Widen())), "y");
        Comparison.Agree(Nchw(s, dx.Read()), Products(ReferenceConv2d.BackwardData(s, w.Widen(), dy.Widen())), "dx");
        WeightGradientsAgree(s, (Biased: true, Accumulate: false));
    }

    void WeightGradientsAgree(Conv2dCase s, params (bool Biased, bool Accumulate)[] runs)
    {
        float[] x = RandomData.Normal(1, s.InputLength), dy = RandomData.Normal(2, s.OutputLength);
        float[] beforeW = RandomData.Normal(3, s.WeightLength), beforeB = RandomData.Normal(4, s.Filters);
        Operand input = In(Nhwc(s, x)), gradient = In(OutputNhwc(s, dy));
        Oracle want = Products(ReferenceConv2d.BackwardWeights(s, x.Widen(), dy.Widen())), wantBias = ReferenceConv2d.BackwardBias(s, dy.Widen());
        foreach (var (biased, accumulate) in runs)
        {
            Operand dw = Target(accumulate, Hwio(s, beforeW));
            Operand? db = biased ? Target(accumulate, beforeB) : null;
            Op<IConv2dBackwardWeights>().Run(Stream, Sizes(s), s.Batch, input, gradient, dw, db, accumulate);
            Comparison.Agree(Oihw(s, dw.Read()), Wanted(accumulate, want, beforeW), $"dw, bias {biased}, accumulate {accumulate}");
            if (db is not null) Comparison.Agree(db.Read(), Wanted(accumulate, wantBias, beforeB), $"dbias, accumulate {accumulate}");
        }
    }

    static Conv2dSizes Sizes(Conv2dCase s) =>
        new(s.Channels, s.Height, s.Width, s.Filters, new Window2d(Axis(s.Rows), Axis(s.Columns)), s.Groups);

    static WindowAxis Axis(ConvAxis a) => new(a.Kernel, a.Stride, a.Before, a.After, a.Dilation);

    static float[] Nhwc(Conv2dCase s, float[] x) => Layouts.NchwToNhwc<float>(x, s.Batch, s.Channels, s.Height, s.Width);

    static float[] Nchw(Conv2dCase s, float[] x) => Layouts.NhwcToNchw<float>(x, s.Batch, s.Channels, s.Height, s.Width);

    static float[] OutputNhwc(Conv2dCase s, float[] y) => Layouts.NchwToNhwc<float>(y, s.Batch, s.Filters, s.OutHeight, s.OutWidth);

    static float[] OutputNchw(Conv2dCase s, float[] y) => Layouts.NhwcToNchw<float>(y, s.Batch, s.Filters, s.OutHeight, s.OutWidth);

    static float[] Hwio(Conv2dCase s, float[] w) => Layouts.OihwToHwio<float>(w, s.Filters, s.GroupChannels, s.Rows.Kernel, s.Columns.Kernel);

    static float[] Oihw(Conv2dCase s, float[] w) => Layouts.HwioToOihw<float>(w, s.Filters, s.GroupChannels, s.Rows.Kernel, s.Columns.Kernel);
}
