using Nin.Ops;
using Nin.TestKit;

namespace Nin.Kernels.Tests.Conformance;

public abstract partial class ConformanceTests<TDevice>
{
    const float Epsilon = 1e-5f;
    const float Momentum = 0.1f;

    [DeviceTheory, MemberData(nameof(Activations)), MemberData(nameof(ChannelSlicings))]
    public void BatchNorm2d_training(Norm2dCase s) => BatchNorm2dTrainingAgrees(new BatchNormData(s, RandomData.Normal(1, s.Length)));

    [DeviceTheory, MemberData(nameof(Activations))]
    public void BatchNorm2d_keeps_the_variance_under_a_large_mean(Norm2dCase s) =>
        BatchNorm2dTrainingAgrees(new BatchNormData(s, [.. RandomData.Normal(1, s.Length).Select(v => 100 + v)]));

    [DeviceTheory, MemberData(nameof(Activations))]
    public void BatchNorm2d_inference(Norm2dCase s)
    {
        var data = new BatchNormData(s, RandomData.Normal(1, s.Length));
        var parameters = new BatchNormParameters(
            In(data.Gamma), In(data.Beta), In(data.RunningMean), In(data.RunningVariance), Epsilon, Momentum);
        Operand x = In(Nhwc(s, data.X));
        Oracle want = ReferenceBatchNorm2d.ForwardInference(
            s, data.X.Widen(), data.Gamma.Widen(), data.Beta.Widen(), data.RunningMean.Widen(), data.RunningVariance.Widen(), Epsilon);
        foreach (bool relu in Both)
        {
            Operand y = Out(s.Length), inPlace = Over(Nhwc(s, data.X));
            Op<IBatchNorm2dForwardInference>().Run(Stream, Sizes(s), s.Batch, x, parameters, relu, y);
            Op<IBatchNorm2dForwardInference>().Run(Stream, Sizes(s), s.Batch, inPlace, parameters, relu, inPlace);
            Comparison.Agree(Nchw(s, y.Read()), relu ? want.WithRelu() : want, $"y, relu {relu}");
            inPlace.Read().Should().Equal(y.Read());
        }
    }

    void BatchNorm2dTrainingAgrees(BatchNormData data)
    {
        Norm2dCase s = data.Case;
        double[] wide = data.X.Widen(), gamma = data.Gamma.Widen();
        Operand x = In(Nhwc(s, data.X));
        Oracle want = ReferenceBatchNorm2d.ForwardTraining(s, wide, gamma, data.Beta.Widen(), Epsilon);
        foreach (bool relu in Both)
        {
            Operand runningMean = Over(data.RunningMean), runningVariance = Over(data.RunningVariance);
            var parameters = new BatchNormParameters(In(data.Gamma), In(data.Beta), runningMean, runningVariance, Epsilon, Momentum);
            Operand y = Out(s.Length), mean = Out(s.Channels), inverse = Out(s.Channels);
            Op<IBatchNorm2dForwardTraining>().Run(Stream, Sizes(s), s.Batch, x, parameters, relu, y, mean, inverse);
            float[] output = Nchw(s, y.Read());
            Comparison.Agree(output, relu ? want.WithRelu() : want, $"y, relu {relu}");
            // A running mean that starts at 0 with momentum 1 is the mean itself.
            Comparison.Agree(mean.Read(), ReferenceBatchNorm2d.RunningMean(s, wide, new double[s.Channels], 1), "mean");
            Comparison.Agree(
                runningMean.Read(), ReferenceBatchNorm2d.RunningMean(s, wide, data.RunningMean.Widen(), Momentum), "running mean");
            Comparison.Agree(
                runningVariance.Read(), ReferenceBatchNorm2d.RunningVar(s, wide, data.RunningVariance.Widen(), Momentum),
                "running variance");

            // The mask is found again by the same arithmetic, so that it is the one that the output shows.
            float[] masked = relu ? [.. data.DY.Zip(output, (d, v) => v > 0 ? d : 0)] : data.DY;
            BatchNorm2dBackwardAgrees(data, x, parameters, mean, inverse, relu, masked.Widen());
        }
    }

    void BatchNorm2dBackwardAgrees(
        BatchNormData data, Operand x, in BatchNormParameters parameters, Operand mean, Operand inverse, bool relu, double[] masked)
    {
        Norm2dCase s = data.Case;
        var op = Op<IBatchNorm2dBackward>();
        Oracle wantX = ReferenceBatchNorm2d.BackwardData(s, data.X.Widen(), data.Gamma.Widen(), masked, Epsilon);
        Oracle wantGamma = ReferenceBatchNorm2d.BackwardGamma(s, data.X.Widen(), masked, Epsilon);
        Oracle wantBeta = ReferenceBatchNorm2d.BackwardBeta(s, masked);
        foreach (bool accumulate in Both)
        {
            foreach (bool weights in Both)
            {
                Operand dy = In(Nhwc(s, data.DY)), dx = Target(accumulate, Nhwc(s, data.BeforeX));
                Operand dgamma = Target(weights, data.Gamma), dbeta = Target(weights, data.Beta);
                op.Run(
                    Stream, Sizes(s), s.Batch, x, parameters, mean, inverse, relu, dy, dx, dgamma, dbeta, accumulate, weights);
                string how = $"relu {relu}, accumulate {accumulate} and {weights}";
                Comparison.Agree(Nchw(s, dx.Read()), Wanted(accumulate, wantX, data.BeforeX), $"dx, {how}");
                Comparison.Agree(dgamma.Read(), Wanted(weights, wantGamma, data.Gamma), $"dgamma, {how}");
                Comparison.Agree(dbeta.Read(), Wanted(weights, wantBeta, data.Beta), $"dbeta, {how}");
            }
        }

        foreach (bool needsData in Both)
        {
            Operand dy = Over(Nhwc(s, data.DY)), dgamma = Out(s.Channels), dbeta = Out(s.Channels);
            op.Run(
                Stream, Sizes(s), s.Batch, x, parameters, mean, inverse, relu, dy, needsData ? dy : null, dgamma, dbeta,
                accumulateData: false, accumulateWeights: false);
            if (needsData) Comparison.Agree(Nchw(s, dy.Read()), wantX, $"dx over dy, relu {relu}");
            Comparison.Agree(dgamma.Read(), wantGamma, $"dgamma, dx needed {needsData}");
            Comparison.Agree(dbeta.Read(), wantBeta, $"dbeta, dx needed {needsData}");
        }
    }

    static BatchNormSizes Sizes(Norm2dCase s) => new(s.Plane, s.Channels);
}
