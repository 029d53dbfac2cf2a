using Nin.Ops;
using Nin.TestKit;

namespace Nin.Kernels.Tests.Conformance;

public abstract partial class ProductTests<TDevice>
{
    /// <summary>The 1x1 convolutions, and the linear layers as those of one pixel.</summary>
    public static TheoryData<Conv2dCase> Pointwise => Taken(
        [
            .. Conv2dCases.All.Where(c => Sizes(c).IsPointwise),
            .. LinearCases.All.Select(c => new Conv2dCase(c.Batch, c.Inputs, 1, 1, c.Outputs, 1)),
        ],
        c => c.Macs);

    public static TheoryData<Conv2dCase> PointwiseSlicings =>
        [.. new[] { 1, 7, 8, 9, 17, 41 }.Select(n => new Conv2dCase(n, 5, 3, 2, 11, 1))];

    [DeviceTheory, MemberData(nameof(Pointwise))]
    public void Pointwise_forward(Conv2dCase s)
    {
        float[] x = RandomData.Normal(1, s.InputLength), w = RandomData.Normal(2, s.WeightLength), b = RandomData.Normal(3, s.Filters);
        Operand input = In(Nhwc(s, x)), weights = In(Hwio(s, w)), bias = In(b);
        foreach (bool biased in Both)
        {
            Oracle want = Products(ReferenceConv2d.Forward(s, x.Widen(), w.Widen(), biased ? b.Widen() : null));
            foreach (bool relu in Both)
            {
                Operand y = Out(s.OutputLength);
                Op<IPointwiseForward>().Run(Stream, PixelSizes(s), s.Batch, input, weights.View, biased ? bias : null, relu, y);
                Comparison.Agree(OutputNchw(s, y.Read()), relu ? want.WithRelu() : want, $"y, bias {biased}, relu {relu}");
            }
        }
    }

    [DeviceTheory, MemberData(nameof(Pointwise))]
    public void Pointwise_backward_data(Conv2dCase s)
    {
        float[] dy = RandomData.Normal(1, s.OutputLength), w = RandomData.Normal(2, s.WeightLength);
        float[] before = RandomData.Normal(3, s.InputLength);
        Operand gradient = In(OutputNhwc(s, dy)), weights = In(Hwio(s, w));
        Oracle want = Products(ReferenceConv2d.BackwardData(s, w.Widen(), dy.Widen()));
        foreach (bool accumulate in Both)
        {
            Operand dx = Target(accumulate, Nhwc(s, before));
            Op<IPointwiseBackwardData>().Run(Stream, PixelSizes(s), s.Batch, gradient, weights.View, dx, accumulate);
            Comparison.Agree(Nchw(s, dx.Read()), Wanted(accumulate, want, before), $"dx, accumulate {accumulate}");
        }
    }

    [DeviceTheory, MemberData(nameof(Pointwise)), MemberData(nameof(PointwiseSlicings))]
    public void Pointwise_backward_weights(Conv2dCase s)
    {
        float[] x = RandomData.Normal(1, s.InputLength), dy = RandomData.Normal(2, s.OutputLength);
        float[] beforeW = RandomData.Normal(3, s.WeightLength), beforeB = RandomData.Normal(4, s.Filters);
        Operand input = In(Nhwc(s, x)), gradient = In(OutputNhwc(s, dy));
        Oracle want = Products(ReferenceConv2d.BackwardWeights(s, x.Widen(), dy.Widen())), wantBias = ReferenceConv2d.BackwardBias(s, dy.Widen());
        foreach (bool accumulate in Both)
        {
            foreach (bool biased in Both)
            {
                Operand dw = Target(accumulate, Hwio(s, beforeW));
                Operand? db = biased ? Target(accumulate, beforeB) : null;
                Op<IPointwiseBackwardWeights>().Run(Stream, PixelSizes(s), s.Batch, input, gradient, dw, db, accumulate);
                Comparison.Agree(Oihw(s, dw.Read()), Wanted(accumulate, want, beforeW), $"dw, bias {biased}, accumulate {accumulate}");
                if (db is not null) Comparison.Agree(db.Read(), Wanted(accumulate, wantBias, beforeB), $"dbias, accumulate {accumulate}");
            }
        }
    }

    static PointwiseSizes PixelSizes(Conv2dCase s) => new(s.Height * s.Width, s.Channels, s.Filters);
}
