using Nin.Ops;
using Nin.TestKit;

namespace Nin.Kernels.Tests.Conformance;

public abstract partial class ConformanceTests<TDevice>
{
    /// <summary>One device per row, so that the theory is skipped where it is missing.</summary>
    public static TheoryData<int> Batches => [2];

    [DeviceTheory, MemberData(nameof(Batches))]
    public void Views_may_be_longer_than_the_batch(int n)
    {
        var pool = new PoolSizes(Channels: 3, Height: 5, Width: 7, Kernel: 3, Stride: 2);
        int input = (int)(n * pool.InputLength), output = (int)(n * pool.OutputLength), pixels = pool.Height * pool.Width, means = n * pool.Channels;
        Operand x = Longer(input), dy = Longer(output), gate = Longer(means);
        KeepsTheRest(output, y => Op<IMaxPool2dForward>().Run(Stream, pool, n, x, y));
        Operand argmax = Over(new float[3 * output]);
        KeepsTheRest(output, y => Op<IMaxPool2dForwardArgmax>().Run(Stream, pool, n, x, y, argmax));
        KeepsTheRest(input, dx => Op<IMaxPool2dBackward>().Run(Stream, pool, n, argmax, dy, dx, mask: false, accumulate: false));
        KeepsTheRest(output, y => Op<IAvgPool2dForward>().Run(Stream, pool, countIncludePad: true, n, x, y));
        KeepsTheRest(input, dx => Op<IAvgPool2dBackward>().Run(Stream, pool, countIncludePad: true, n, dy, dx, accumulate: false));
        var product = new MultiplySizes(n, pixels, pool.Channels);
        KeepsTheRest(input, y => Op<IMultiply>().Run(Stream, product, isGate: false, x, x, y, accumulate: false));
        KeepsTheRest(input, y => Op<IMultiply>().Run(Stream, product, isGate: true, x, gate, y, accumulate: false));
        KeepsTheRest(means, y => Op<IMultiplySum>().Run(Stream, product, x, x, y, accumulate: false));
        KeepsTheRest(input, y => Op<ITranspose>().Run(Stream, pixels, pool.Channels, n, x, y, accumulate: false));
    }

    [DeviceTheory, MemberData(nameof(Batches))]
    public void BatchNorm2d_of_a_single_value_leaves_the_running_variance(int channels)
    {
        float[] x = RandomData.Normal(1, channels), beta = RandomData.Normal(2, channels), variance = RandomData.Uniform(3, channels, 0.5f, 2);
        Operand runningMean = Over(new float[channels]), runningVariance = Over(variance);
        Operand y = Out(channels), mean = Out(channels), inverse = Out(channels);
        var parameters = new BatchNormParameters(In(RandomData.Normal(4, channels)), In(beta), runningMean, runningVariance, Epsilon, Momentum: 1);
        Op<IBatchNorm2dForwardTraining>().Run(
            Stream, new BatchNormSizes(Pixels: 1, channels), n: 1, In(x), parameters, relu: false, y, mean, inverse);

        y.Read().Should().Equal(beta);
        mean.Read().Should().Equal(x);
        runningMean.Read().Should().Equal(x);
        runningVariance.Read().Should().Equal(variance);
        inverse.Read().Should().OnlyContain(v => Math.Abs(v * MathF.Sqrt(Epsilon) - 1) < 1e-6f);
    }

    Operand Longer(int length) => In(RandomData.Normal(1, 3 * length));

    void KeepsTheRest(int length, Action<DeviceView> run)
    {
        Operand target = Over([.. Enumerable.Repeat(123f, 3 * length)]);
        run(target);
        float[] got = target.Read();
        got[length..].Should().OnlyContain(v => v == 123f);
        got[..length].Should().NotContain(123f);
    }
}
