using Nin.Ops;
using Nin.TestKit;

namespace Nin.Kernels.Tests.Conformance;

public abstract partial class ConformanceTests<TDevice>
{
    public static TheoryData<int, int, int, double> ResponseWindows => new()
    {
        // Channels, pixels, window, alpha: fewer channels than the window, one, even windows, vectors and one more or less.
        { 3, 5, 5, 0.5 }, { 1, 7, 1, 2 }, { 8, 6, 5, 1e-4 }, { 16, 3, 4, 1 }, { 17, 4, 5, 1 }, { 15, 4, 2, 10 }, { 33, 2, 31, 3 }, { 96, 9, 5, 1 },
    };

    [DeviceTheory, MemberData(nameof(ResponseWindows))]
    public void LocalResponseNorm(int channels, int pixels, int size, double alpha)
    {
        const double Beta = 0.75, K = 2;
        var s = new Norm2dCase(2, channels, pixels, 1);
        var window = new ResponseWindow(channels, size, (float)(alpha / size), (float)Beta, (float)K);
        float[] x = RandomData.Normal(1, s.Length), dy = RandomData.Normal(2, s.Length), before = RandomData.Normal(3, s.Length);
        var oracle = new ReferenceLocalResponseNorm(s, size, alpha, Beta, K);
        Operand input = In(Nhwc(s, x)), y = Out(s.Length), inferred = Out(s.Length), kept = Out(s.Length), inPlace = Over(Nhwc(s, dy));

        Op<ILocalResponseNormForward>().Run(Stream, window, 2L * pixels, input, y, kept);
        Op<ILocalResponseNormForward>().Run(Stream, window, 2L * pixels, input, inferred, default);
        Comparison.Agree(Nchw(s, y.Read()), oracle.Forward(x.Widen()), "y");
        Comparison.Agree(Nchw(s, kept.Read()), oracle.Kept(x.Widen()), "s");
        inferred.Read().Should().Equal(y.Read());

        Oracle want = oracle.Backward(x.Widen(), dy.Widen());
        foreach (bool accumulate in Both)
        {
            Operand dx = Target(accumulate, Nhwc(s, before));
            Op<ILocalResponseNormBackward>().Run(Stream, window, 2L * pixels, input, kept, In(Nhwc(s, dy)), dx, accumulate);
            Comparison.Agree(Nchw(s, dx.Read()), Wanted(accumulate, want, before), $"dx, accumulate {accumulate}");
            if (accumulate) continue;
            Op<ILocalResponseNormBackward>().Run(Stream, window, 2L * pixels, input, kept, inPlace, inPlace, accumulate: false);
            inPlace.Read().Should().Equal(dx.Read(), "it may take the gradient's place");
        }
    }
}
