using Nin.Ops;
using Nin.TestKit;

namespace Nin.Kernels.Tests.Conformance;

public abstract partial class ConformanceTests<TDevice>
{
    public static TheoryData<Norm2dCase> Activations => Taken(Norm2dCases.All, c => c.Macs);

    public static TheoryData<Norm2dCase> ChannelSlicings => [.. new[] { 1, 7, 8, 9, 17, 41 }.Select(n => new Norm2dCase(n, 11, 3, 2))];

    [DeviceTheory, MemberData(nameof(Activations))]
    public void Add(Norm2dCase s)
    {
        float[] a = RandomData.Normal(1, s.Length), b = RandomData.Normal(2, s.Length);
        Operand left = In(a), right = In(b), y = Out(s.Length), overLeft = Over(a), overRight = Over(b), twice = Over(a);
        Op<IAdd>().Run(Stream, left, right, y);
        Op<IAdd>().Run(Stream, overLeft, right, overLeft);
        Op<IAdd>().Run(Stream, left, overRight, overRight);
        Op<IAdd>().Run(Stream, twice, twice, twice);

        Oracle want = ReferenceAdd.Forward(a.Widen(), b.Widen());
        Comparison.Agree(y.Read(), want, "y");
        Comparison.Agree(overLeft.Read(), want, "y over a");
        Comparison.Agree(overRight.Read(), want, "y over b");
        Comparison.Agree(twice.Read(), ReferenceAdd.Forward(a.Widen(), a.Widen()), "a + a over a");
    }

    [DeviceTheory, MemberData(nameof(Activations))]
    public void Add_and_its_relu_are_one_op_that_keeps_NaN(Norm2dCase s)
    {
        float[] a = RandomData.Normal(1, s.Length), b = RandomData.Normal(2, s.Length);
        a[s.Length / 2] = float.NaN;
        Operand left = In(a), right = In(b), y = Out(s.Length), over = Over(b);
        Op<IAdd>().Run(Stream, left, right, y, relu: true);
        Op<IAdd>().Run(Stream, left, over, over, relu: true);

        Oracle want = ReferenceAdd.Forward(a.Widen(), b.Widen()).WithRelu();
        Comparison.Agree(y.Read(), want, "y");
        Comparison.Agree(over.Read(), want, "y over b");
    }

    [DeviceTheory, MemberData(nameof(Activations))]
    public void Multiply(Norm2dCase s)
    {
        var sizes = new MultiplySizes(s.Batch, s.Plane, s.Channels);
        float[] a = RandomData.Normal(1, s.Length), b = RandomData.Normal(2, s.Length), before = RandomData.Normal(3, s.Length);
        float[] gate = RandomData.Normal(4, s.Batch * s.Channels), beforeSum = RandomData.Normal(5, gate.Length);
        Operand left = In(Nhwc(s, a)), right = In(Nhwc(s, b)), scale = In(gate);
        foreach (bool accumulate in Both)
        {
            Operand y = Target(accumulate, Nhwc(s, before)), scaled = Target(accumulate, Nhwc(s, before)), sums = Target(accumulate, beforeSum);
            Op<IMultiply>().Run(Stream, sizes, isGate: false, left, right, y, accumulate);
            Op<IMultiply>().Run(Stream, sizes, isGate: true, left, scale, scaled, accumulate);
            Op<IMultiplySum>().Run(Stream, sizes, left, right, sums, accumulate);
            Comparison.Agree(Nchw(s, y.Read()), Wanted(accumulate, ReferenceMultiply.Forward(a.Widen(), b.Widen()), before), "a b");
            Comparison.Agree(Nchw(s, scaled.Read()), Wanted(accumulate, ReferenceMultiply.Forward(a.Widen(), gate.Widen()), before), "a gate");
            Oracle dgate = ReferenceMultiply.Backward(b.Widen(), 0, gate.Widen(), a.Widen());
            Comparison.Agree(sums.Read(), Wanted(accumulate, dgate, beforeSum), "sums of a b");
        }

        Operand inPlace = Over(Nhwc(s, a)), inPlaceGate = Over(Nhwc(s, a));
        Op<IMultiply>().Run(Stream, sizes, isGate: false, inPlace, right, inPlace, accumulate: false);
        Op<IMultiply>().Run(Stream, sizes, isGate: true, inPlaceGate, scale, inPlaceGate, accumulate: false);
        Comparison.Agree(Nchw(s, inPlace.Read()), ReferenceMultiply.Forward(a.Widen(), b.Widen()), "a b over a");
        Comparison.Agree(Nchw(s, inPlaceGate.Read()), ReferenceMultiply.Forward(a.Widen(), gate.Widen()), "a gate over a");
    }

    [DeviceTheory, MemberData(nameof(Activations))]
    public void Fill(Norm2dCase s)
    {
        Operand y = Out(s.Length);
        Op<IFill>().Run(Stream, 0.3f, y);
        y.Read().Should().OnlyContain(v => v == 0.3f);
    }

    [DeviceTheory, InlineData(1), InlineData(7), InlineData(64), InlineData(16 * 1024 + 37)]
    public void NonFinite(int length)
    {
        float[] finite = RandomData.Normal(1, length);
        (finite[0], finite[^1]) = (float.MaxValue, -float.MaxValue);
        float Found(float[] x, float before)
        {
            Operand found = Over([before]);
            Op<INonFinite>().Run(Stream, In(x), found);
            return found.Read()[0];
        }

        Found(finite, 0).Should().Be(0);
        Found(finite, 1).Should().Be(1, "what was found before is kept");
        foreach (float value in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity })
        {
            foreach (int at in new[] { 0, length / 2, length - 1 })
            {
                float[] x = [.. finite];
                x[at] = value;
                Found(x, 0).Should().Be(1, "{0} stands at {1}", value, at);
            }
        }
    }

    [DeviceTheory, InlineData(1, 1, 100), InlineData(67, 2, 100), InlineData(67, 1e3f, 100), InlineData(16 * 1024 + 37, 1, 100), InlineData(300, 1e3f, 0.5f)]
    public void Gradients_are_clipped_by_their_norm_and_their_size(int length, float maxNorm, float maxValue)
    {
        float[] x = RandomData.Normal(1, length);
        Operand sum = Over([2f]), clipped = Over(x);
        Op<ISumOfSquares>().Run(Stream, In(x), sum);
        double squares = 2 + x.Widen().Sum(v => v * v);
        ((double)sum.Read()[0]).Should().BeApproximately(squares, 1e-5 * squares);
        Op<IClipGradient>().Run(Stream, clipped, sum, maxNorm, maxValue);
        double factor = Math.Min(1, maxNorm / (Math.Sqrt(squares) + 1e-6));
        float[] got = clipped.Read();
        for (int i = 0; i < length; i++) ((double)got[i]).Should().BeApproximately(Math.Clamp(x[i] * factor, -maxValue, maxValue), 1e-5 * factor);
        if (factor == 1 && maxValue == 100) got.Should().Equal(x);
    }

    [DeviceTheory, MemberData(nameof(Activations))]
    public void Average(Norm2dCase s)
    {
        float[] x = RandomData.Normal(1, s.Length), before = RandomData.Normal(2, s.Length);
        Operand average = Over(before);
        Op<IAverage>().Run(Stream, 0.25f, In(x), average);
        float[] got = average.Read();
        for (int i = 0; i < s.Length; i++) ((double)got[i]).Should().BeApproximately(0.75 * before[i] + 0.25 * x[i], 1e-6);
    }

    [DeviceTheory, MemberData(nameof(Activations)), MemberData(nameof(ChannelSlicings))]
    public void ChannelSum(Norm2dCase s)
    {
        float[] x = RandomData.Normal(1, s.Length), before = RandomData.Normal(2, s.Channels);
        Operand input = In(Nhwc(s, x));
        Oracle want = ReferenceBatchNorm2d.BackwardBeta(s, x.Widen());
        foreach (bool accumulate in Both)
        {
            Operand y = Target(accumulate, before);
            Op<IChannelSum>().Run(Stream, s.Plane, s.Channels, s.Batch, input, y, accumulate);
            Comparison.Agree(y.Read(), Wanted(accumulate, want, before), $"sums, accumulate {accumulate}");
        }
    }

    static float[] Nhwc(Norm2dCase s, float[] x) => Layouts.NchwToNhwc<float>(x, s.Batch, s.Channels, s.Height, s.Width);

    static float[] Nchw(Norm2dCase s, float[] x) => Layouts.NhwcToNchw<float>(x, s.Batch, s.Channels, s.Height, s.Width);
}
