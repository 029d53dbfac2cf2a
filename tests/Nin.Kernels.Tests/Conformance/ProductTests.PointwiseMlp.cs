using Nin.Ops;
using Nin.TestKit;

namespace Nin.Kernels.Tests.Conformance;

public abstract partial class ProductTests<TDevice>
{
    public static TheoryData<PointwiseMlpCase> Perceptrons => Taken(PointwiseMlpCases.All, c => c.Macs);

    [DeviceTheory, MemberData(nameof(Perceptrons))]
    public void PointwiseMlp_forward(PointwiseMlpCase s)
    {
        var data = new PointwiseMlpData(s);
        Operand x = In(Nhwc(s.First, data.X));
        foreach (bool biased in Both)
        {
            PointwiseMlpWeights weights = Weights(data, biased);
            Oracle wantH = Products(ReferenceConv2d.Forward(s.First, data.X.Widen(), data.W1.Widen(), biased ? data.B1.Widen() : null)).WithRelu();
            foreach (bool lastRelu in Both)
            {
                Operand h = Out(s.First.OutputLength), y = Out(s.Second.OutputLength), alone = Out(s.Second.OutputLength);
                Op<IPointwiseMlpForward>().Run(Stream, Sizes(s), s.Batch, x, weights, lastRelu, h, y);
                Op<IPointwiseMlpForward>().Run(Stream, Sizes(s), s.Batch, x, weights, lastRelu, default, alone);

                // The second product is compared with that of the hidden channels that the device has, so that each bound is one product's.
                float[] hidden = OutputNchw(s.First, h.Read());
                Comparison.Agree(hidden, wantH, $"h, bias {biased}");
                Oracle want = Products(ReferenceConv2d.Forward(s.Second, hidden.Widen(), data.W2.Widen(), biased ? data.B2.Widen() : null));
                Comparison.Agree(OutputNchw(s.Second, y.Read()), lastRelu ? want.WithRelu() : want, $"y, bias {biased}, relu {lastRelu}");
                alone.Read().Should().Equal(y.Read(), "the output has the same bits whether the hidden channels are kept or not");
            }
        }
    }

    [DeviceTheory, MemberData(nameof(Perceptrons))]
    public void PointwiseMlp_backward(PointwiseMlpCase s)
    {
        foreach (bool accumulate in Both)
        {
            PointwiseMlpGradientsAgree(new PointwiseMlpData(s), lastRelu: !accumulate, biased: true, needsData: true, accumulate, accumulate);
            PointwiseMlpGradientsAgree(new PointwiseMlpData(s), lastRelu: accumulate, biased: false, needsData: true, accumulate, !accumulate);
            PointwiseMlpGradientsAgree(new PointwiseMlpData(s), lastRelu: accumulate, biased: true, needsData: false, false, accumulate);
        }
    }

    [DeviceTheory, MemberData(nameof(Perceptrons))]
    public void PointwiseMlp_backward_writes_dx_over_dy_with_the_same_bits(PointwiseMlpCase given)
    {
        PointwiseMlpCase s = given with { Filters = given.Channels };
        foreach (bool lastRelu in Both)
        {
            float[] apart = Run(over: false, lastRelu, out float[] dw1), over = Run(over: true, lastRelu, out float[] dw1Over);
            over.Should().Equal(apart);
            dw1Over.Should().Equal(dw1);
        }

        float[] Run(bool over, bool lastRelu, out float[] dw1)
        {
            var data = new PointwiseMlpData(s);
            Operand x = In(Nhwc(s.First, data.X)), h = Over(OutputNhwc(s.First, data.H)), dy = Over(OutputNhwc(s.Second, data.DY));
            Operand first = Out(s.First.WeightLength), second = Out(s.Second.WeightLength), dx = over ? dy : Out(s.First.InputLength);
            Op<IPointwiseMlpBackward>().Run(
                Stream, Sizes(s), s.Batch, x, h, lastRelu ? In(OutputNhwc(s.Second, data.Y)) : default(DeviceView), lastRelu,
                Weights(data, biased: true), dy, dx, new PointwiseMlpGradients(first, default, second, default),
                accumulateData: false, accumulateWeights: false);
            dw1 = first.Read();
            return dx.Read();
        }
    }

    void PointwiseMlpGradientsAgree(
        PointwiseMlpData data, bool lastRelu, bool biased, bool needsData, bool accumulateData, bool accumulateWeights)
    {
        PointwiseMlpCase s = data.Case;
        PointwiseMlpWeights weights = Weights(data, biased);
        Operand dw1 = Target(accumulateWeights, Hwio(s.First, data.BeforeW1)), dw2 = Target(accumulateWeights, Hwio(s.Second, data.BeforeW2));
        Operand? db1 = biased ? Target(accumulateWeights, data.B1) : null, db2 = biased ? Target(accumulateWeights, data.B2) : null;
        Operand? dx = needsData ? Target(accumulateData, Nhwc(s.First, data.BeforeX)) : null;
        Operand x = In(Nhwc(s.First, data.X)), h = Over(OutputNhwc(s.First, data.H)), dy = Over(OutputNhwc(s.Second, data.DY));
        Operand? y = lastRelu ? In(OutputNhwc(s.Second, data.Y)) : null;

        Op<IPointwiseMlpBackward>().Run(
            Stream, Sizes(s), s.Batch, x, h, y, lastRelu, weights, dy, dx, new PointwiseMlpGradients(dw1, db1, dw2, db2),
            accumulateData, accumulateWeights);

        double[] masked = lastRelu ? ReferenceRelu.Backward(data.Y.Widen(), data.DY.Widen()).Value : data.DY.Widen();
        double[] wide = data.H.Widen(), w2 = data.W2.Widen();
        string how = $"relu {lastRelu}, bias {biased}, accumulate {accumulateData} and {accumulateWeights}";
        Agree(Oihw(s.Second, dw2.Read()), Products(ReferenceConv2d.BackwardWeights(s.Second, wide, masked)), data.BeforeW2, $"dw2, {how}");
        Agree(db2?.Read(), ReferenceConv2d.BackwardBias(s.Second, masked), data.B2, $"db2, {how}");
        Oracle first = Products(ReferencePointwiseMlp.BackwardFirstWeights(s, data.X.Widen(), wide, w2, masked), count: 2);
        Agree(Oihw(s.First, dw1.Read()), first, data.BeforeW1, $"dw1, {how}");
        Agree(db1?.Read(), Products(ReferencePointwiseMlp.BackwardFirstBias(s, wide, w2, masked)), data.B1, $"db1, {how}");
        if (dx is null) return;
        Oracle wantX = Products(ReferencePointwiseMlp.BackwardData(s, wide, data.W1.Widen(), w2, masked), count: 2);
        Comparison.Agree(Nchw(s.First, dx.Read()), Wanted(accumulateData, wantX, data.BeforeX), $"dx, {how}");

        void Agree(float[]? got, Oracle want, float[] before, string what)
        {
            if (got is not null) Comparison.Agree(got, Wanted(accumulateWeights, want, before), what);
        }
    }

    PointwiseMlpWeights Weights(PointwiseMlpData data, bool biased)
    {
        PointwiseMlpCase s = data.Case;
        return new(
            In(Hwio(s.First, data.W1)).View, biased ? In(data.B1) : null, In(Hwio(s.Second, data.W2)).View, biased ? In(data.B2) : null);
    }

    static PointwiseMlpSizes Sizes(PointwiseMlpCase s) => new(s.Height, s.Width, s.Channels, s.Hidden, s.Filters);
}
