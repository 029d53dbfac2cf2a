using Nin.Ops;
using Nin.TestKit;

namespace Nin.Kernels.Tests.Conformance;

public abstract partial class ConformanceTests<TDevice>
{
    public static TheoryData<Pool2dCase> MaxPools => Taken(Pool2dCases.Max, c => c.Macs);

    public static TheoryData<Pool2dCase> AvgPools => Taken(Pool2dCases.Average, c => c.Macs);

    [DeviceTheory, MemberData(nameof(MaxPools))]
    public void MaxPool2d(Pool2dCase s) => MaxPool2dAgrees(s, RandomData.Normal(1, s.InputLength));

    [DeviceTheory, MemberData(nameof(MaxPools))]
    public void MaxPool2d_gives_equal_maxima_to_the_first_and_lets_NaN_win(Pool2dCase s)
    {
        // Three values only, so that most windows have ties, and a NaN here and there, also two in one window.
        float[] x = [.. RandomData.Normal(2, s.InputLength).Select(v => v > 1.7f ? float.NaN : MathF.Round(Math.Clamp(v, -1, 1)) + 2)];
        MaxPool2dAgrees(s, x);
        MaxPool2dAgrees(s, [.. x.Select(v => -v)]);
        MaxPool2dAgrees(s, [.. x.Select(_ => float.NegativeInfinity)]);
    }

    [DeviceTheory, MemberData(nameof(AvgPools))]
    public void AvgPool2d(Pool2dCase s)
    {
        float[] x = RandomData.Normal(1, s.InputLength), dy = RandomData.Normal(2, s.OutputLength);
        float[] before = RandomData.Normal(3, s.InputLength);
        Operand gradient = In(OutputNhwc(s, dy)), y = Out(s.OutputLength);
        Op<IAvgPool2dForward>().Run(Stream, Sizes(s), s.Batch, In(Nhwc(s, x)), y);
        Oracle forward = ReferenceAvgPool2d.Forward(s, x.Widen()), backward = ReferenceAvgPool2d.Backward(s, dy.Widen());
        Comparison.Agree(OutputNchw(s, y.Read()), forward, "y");
        foreach (bool accumulate in Both)
        {
            Operand dx = Target(accumulate, Nhwc(s, before));
            Op<IAvgPool2dBackward>().Run(Stream, Sizes(s), s.Batch, gradient, dx, accumulate);
            Comparison.Agree(Nchw(s, dx.Read()), Wanted(accumulate, backward, before), $"dx, accumulate {accumulate}");
            if (!accumulate) Transposed.Agree((dy, OutputNchw(s, y.Read()), forward), (x, Nchw(s, dx.Read()), backward));
        }
    }

    [DeviceTheory, MemberData(nameof(Activations))]
    public void GlobalAvgPool2d(Norm2dCase s)
    {
        int means = s.Batch * s.Channels;
        float[] x = RandomData.Normal(1, s.Length), dy = RandomData.Normal(2, means), before = RandomData.Normal(3, s.Length);
        Operand gradient = In(dy), y = Out(means);
        Op<IGlobalAvgPool2dForward>().Run(Stream, s.Plane, s.Channels, s.Batch, In(Nhwc(s, x)), y);
        Oracle forward = ReferenceGlobalAvgPool2d.Forward(s, x.Widen()), backward = ReferenceGlobalAvgPool2d.Backward(s, dy.Widen());
        Comparison.Agree(y.Read(), forward, "y");
        foreach (bool accumulate in Both)
        {
            Operand dx = Target(accumulate, Nhwc(s, before));
            Op<IGlobalAvgPool2dBackward>().Run(Stream, s.Plane, s.Channels, s.Batch, gradient, dx, accumulate);
            Comparison.Agree(Nchw(s, dx.Read()), Wanted(accumulate, backward, before), $"dx, accumulate {accumulate}");
            if (!accumulate) Transposed.Agree((dy, y.Read(), forward), (x, Nchw(s, dx.Read()), backward));
        }
    }

    void MaxPool2dAgrees(Pool2dCase s, float[] x)
    {
        float[] dy = RandomData.Normal(3, s.OutputLength), before = RandomData.Normal(4, s.InputLength);
        Operand input = In(Nhwc(s, x)), gradient = In(OutputNhwc(s, dy)), y = Out(s.OutputLength);
        Op<IMaxPool2dForward>().Run(Stream, Sizes(s), s.Batch, input, y);
        Comparison.Agree(OutputNchw(s, y.Read()), ReferenceMaxPool2d.Forward(s, x.Widen()), "y");
        Oracle want = ReferenceMaxPool2d.Backward(s, x.Widen(), dy.Widen());
        foreach (bool accumulate in Both)
        {
            Operand dx = Target(accumulate, Nhwc(s, before));
            Op<IMaxPool2dBackward>().Run(Stream, Sizes(s), s.Batch, input, gradient, dx, accumulate);
            Comparison.Agree(Nchw(s, dx.Read()), Wanted(accumulate, want, before), $"dx, accumulate {accumulate}");
        }

        if (s.Kernel * s.Kernel <= PoolPick.Positive) MaxPool2dPicksAgree(s, x, input, gradient, before, want);
    }

    /// <summary>With picks remembered, all is as with picks looked for; masked, as the ReLU's gradient of it.</summary>
    void MaxPool2dPicksAgree(Pool2dCase s, float[] x, Operand input, Operand gradient, float[] before, Oracle want)
    {
        Operand y = Out(s.OutputLength), picks = Out((s.OutputLength + 3) / 4);
        // Bytes behind the last pick belong to nobody, and Read takes NaN for an element that was forgotten.
        picks.View.CopyFrom(new float[picks.View.Length]);
        Op<IMaxPool2dForwardPicks>().Run(Stream, Sizes(s), s.Batch, input, y, picks);
        Comparison.Agree(OutputNchw(s, y.Read()), ReferenceMaxPool2d.Forward(s, x.Widen()), "y with picks");
        Oracle masked = new(Masked(want.Value, x), () => Masked(want.Magnitude, x), want.Chain);
        foreach (bool accumulate in Both)
        {
            foreach (bool mask in Both)
            {
                Operand dx = Target(accumulate, Nhwc(s, before));
                Op<IMaxPool2dBackwardPicks>().Run(Stream, Sizes(s), s.Batch, picks, gradient, dx, mask, accumulate);
                Oracle expected = Wanted(accumulate, mask ? masked : want, before);
                Comparison.Agree(Nchw(s, dx.Read()), expected, $"dx from picks, accumulate {accumulate}, mask {mask}");
            }
        }
    }

    static double[] Masked(double[] dx, float[] x) => [.. dx.Select((d, i) => x[i] > 0 ? d : 0)];

    static PoolSizes Sizes(Pool2dCase s) => new(s.Channels, s.Height, s.Width, s.Kernel, s.Stride, s.Padding, s.Dilation);

    static float[] Nhwc(Pool2dCase s, float[] x) => Layouts.NchwToNhwc<float>(x, s.Batch, s.Channels, s.Height, s.Width);

    static float[] Nchw(Pool2dCase s, float[] x) => Layouts.NhwcToNchw<float>(x, s.Batch, s.Channels, s.Height, s.Width);

    static float[] OutputNhwc(Pool2dCase s, float[] y) => Layouts.NchwToNhwc<float>(y, s.Batch, s.Channels, s.OutHeight, s.OutWidth);

    static float[] OutputNchw(Pool2dCase s, float[] y) => Layouts.NhwcToNchw<float>(y, s.Batch, s.Channels, s.OutHeight, s.OutWidth);
}
