using Nin.Ops;
using Nin.TestKit;

namespace Nin.Kernels.Tests.Conformance;

public abstract partial class ConformanceTests<TDevice>
{
    const float Epsilon = 1e-5f;
    const float Momentum = 0.1f;

    // A float32 sum of 64 terms of one sign is off by about sqrt(64) roundings of 2^-24; twice that is allowed. What adds up thousands of
    // terms in one accumulation is off by twenty times as much.
    const double SumError = 16.0 / (1 << 24);

    static readonly (bool Data, bool Gamma, bool Beta)[] Accumulations =
        [(false, false, false), (true, true, false), (false, false, true), (true, true, true)];

    /// <summary>Images whose channels have 18,432 to 401,408 values; leaves of whole examples and of parts of one.</summary>
    public static TheoryData<Norm2dCase> LargeImages => [new(8, 11, 48, 48), new(32, 5, 48, 48), new(8, 3, 112, 112), new(32, 3, 112, 112)];

    [DeviceTheory, MemberData(nameof(Activations)), MemberData(nameof(ChannelSlicings))]
    public void BatchNorm2d_training(Norm2dCase s) => BatchNorm2dTrainingAgrees(new BatchNormData(s, RandomData.Normal(1, s.Length)));

    [DeviceTheory, MemberData(nameof(Activations))]
    public void BatchNorm2d_keeps_the_variance_under_a_large_mean(Norm2dCase s) =>
        BatchNorm2dTrainingAgrees(new BatchNormData(s, [.. RandomData.Normal(1, s.Length).Select(v => 100 + v)]));

    [DeviceTheory, MemberData(nameof(LargeImages))]
    public void BatchNorm2d_statistics_of_large_images_are_exact_to_a_few_roundings(Norm2dCase s)
    {
        float[] x = [.. RandomData.Normal(1, s.Length).Select(v => 100 + v)];
        Operand y = Out(s.Length), mean = Out(s.Channels), inverse = Out(s.Channels);
        // Running statistics that start at 0 with momentum 1 are those of the batch.
        Operand runningMean = Over(new float[s.Channels]), runningVariance = Over(new float[s.Channels]);
        var parameters = new BatchNormParameters(
            In([.. Enumerable.Repeat(1f, s.Channels)]), In(new float[s.Channels]), runningMean, runningVariance, Epsilon, Momentum: 1);
        Op<IBatchNorm2dForwardTraining>().Run(Stream, Sizes(s), s.Batch, In(x), parameters, relu: false, y, mean, inverse);

        (float[] gotMean, float[] gotVariance) = (mean.Read(), runningVariance.Read());
        for (int c = 0; c < s.Channels; c++)
        {
            double[] values = Channel(x, c, s.Channels);
            double want = values.Average(), variance = values.Sum(v => (v - want) * (v - want)) / (values.Length - 1);
            Math.Abs(gotMean[c] / want - 1).Should().BeLessThan(SumError, "of the mean {0} of channel {1}", want, c);
            Math.Abs(gotVariance[c] / variance - 1).Should().BeLessThan(SumError, "of the variance {0} of channel {1}", variance, c);
        }

        runningMean.Read().Should().Equal(gotMean);
    }

    [DeviceTheory, MemberData(nameof(LargeImages))]
    public void BatchNorm2d_gradients_of_large_images_are_exact_to_a_few_roundings(Norm2dCase s)
    {
        float[] x = [.. RandomData.Normal(1, s.Length).Select(v => 100 + v)], dy = [.. RandomData.Normal(2, s.Length).Select(v => 1 + v / 2)];
        float[] mean = [.. Enumerable.Range(0, s.Channels).Select(c => 100 + 0.01f * c)];
        float[] inverse = [.. Enumerable.Range(0, s.Channels).Select(c => 1 + 0.01f * c)], ones = [.. Enumerable.Repeat(1f, s.Channels)];
        Operand dgamma = Out(s.Channels), dbeta = Out(s.Channels), sums = Out(s.Channels), gradient = In(dy);
        var parameters = new BatchNormParameters(In(ones), In(ones), In(ones), In(ones), Epsilon, Momentum);
        Op<IBatchNorm2dBackward>().Run(
            Stream, Sizes(s), s.Batch, In(x), parameters, In(mean), In(inverse), relu: false, gradient, default, dgamma, dbeta,
            accumulateData: false, accumulateGamma: false, accumulateBeta: false);
        Op<IChannelSum>().Run(Stream, s.Plane, s.Channels, s.Batch, gradient, sums, accumulate: false);

        (float[] gotGamma, float[] gotBeta, float[] gotSums) = (dgamma.Read(), dbeta.Read(), sums.Read());
        for (int c = 0; c < s.Channels; c++)
        {
            double[] g = Channel(dy, c, s.Channels);
            double[] terms = [.. Channel(x, c, s.Channels).Zip(g, (value, d) => (value - mean[c]) * inverse[c] * d)];
            double bound = SumError * g.Sum(Math.Abs);
            Math.Abs(gotGamma[c] - terms.Sum()).Should().BeLessThan(SumError * terms.Sum(Math.Abs), "of dgamma of channel {0}", c);
            Math.Abs(gotBeta[c] - g.Sum()).Should().BeLessThan(bound, "of dbeta of channel {0}", c);
            Math.Abs(gotSums[c] - g.Sum()).Should().BeLessThan(bound, "of the sum of channel {0}", c);
        }
    }

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

    [DeviceTheory, MemberData(nameof(Activations)), MemberData(nameof(ChannelSlicings))]
    public void BatchNorm2d_frozen_gradient(Norm2dCase s)
    {
        var data = new BatchNormData(s, RandomData.Normal(1, s.Length));
        var parameters = new BatchNormParameters(In(data.Gamma), In(data.Beta), In(data.RunningMean), In(data.RunningVariance), Epsilon, Momentum);
        Operand x = In(Nhwc(s, data.X)), y = Out(s.Length);
        Op<IBatchNorm2dForwardInference>().Run(Stream, Sizes(s), s.Batch, x, parameters, relu: true, y);
        float[] output = y.Read(), before = RandomData.Normal(9, s.Length), dy = Nhwc(s, data.DY);
        foreach (bool accumulate in Both)
        {
            foreach (string mask in new[] { "none", "input", "output" })
            {
                double[] g = [.. dy.Select((d, i) => mask == "none" || output[i] > 0 ? d : 0.0)];
                double[] scaled = [.. g.Select((d, i) => d * data.Gamma[i % s.Channels] / Math.Sqrt(data.RunningVariance[i % s.Channels] + (double)Epsilon))];
                Operand dx = Target(accumulate, before), dr = Target(accumulate, before);
                var residual = mask == "output" ? new ResidualGradient(y, dr, accumulate) : default;
                Op<IBatchNorm2dFrozenBackward>().Run(Stream, Sizes(s), s.Batch, x, parameters, relu: mask == "input", In(dy), dx, accumulate, residual);
                Near(dx.Read(), scaled, accumulate ? before : null);
                if (mask == "output") Near(dr.Read(), g, accumulate ? before : null);

                // Over the output's gradient, which is what steps do.
                if (accumulate || mask == "output") continue;
                Operand inPlace = Over(dy);
                Op<IBatchNorm2dFrozenBackward>().Run(Stream, Sizes(s), s.Batch, x, parameters, relu: mask == "input", inPlace, inPlace, accumulate: false);
                inPlace.Read().Should().Equal(dx.Read());
            }
        }

        // Some five roundings: root, quotient, two products and a sum.
        static void Near(float[] got, double[] want, float[]? before)
        {
            for (int i = 0; i < got.Length; i++)
            {
                double bound = 5.0 / (1 << 24) * (Math.Abs(want[i]) + Math.Abs(before?[i] ?? 0));
                Math.Abs(got[i] - want[i] - (before?[i] ?? 0)).Should().BeLessThanOrEqualTo(bound, "of element {0}", i);
            }
        }
    }

    [DeviceTheory, MemberData(nameof(Activations)), MemberData(nameof(ChannelSlicings))]
    public void BatchNorm2d_with_a_residual(Norm2dCase s)
    {
        var data = new BatchNormData(s, RandomData.Normal(1, s.Length));
        float[] residual = RandomData.Normal(8, s.Length), before = RandomData.Normal(9, s.Length);
        Operand x = In(Nhwc(s, data.X)), added = In(Nhwc(s, residual));
        Oracle want = ReferenceBatchNorm2d.ForwardTraining(s, data.X.Widen(), data.Gamma.Widen(), data.Beta.Widen(), Epsilon).AddedTo(residual.Widen());
        foreach (bool relu in Both)
        {
            var parameters = new BatchNormParameters(
                In(data.Gamma), In(data.Beta), Over(data.RunningMean), Over(data.RunningVariance), Epsilon, Momentum);
            Operand y = Out(s.Length), mean = Out(s.Channels), inverse = Out(s.Channels);
            Op<IBatchNorm2dForwardTraining>().Run(Stream, Sizes(s), s.Batch, x, parameters, relu, y, mean, inverse, added);
            float[] output = Nchw(s, y.Read());
            Comparison.Agree(output, relu ? want.WithRelu() : want, $"y, relu {relu}");

            float[] masked = relu ? [.. data.DY.Zip(output, (d, v) => v > 0 ? d : 0)] : data.DY;
            Oracle wantX = ReferenceBatchNorm2d.BackwardData(s, data.X.Widen(), data.Gamma.Widen(), masked.Widen(), Epsilon);
            Oracle wantGamma = ReferenceBatchNorm2d.BackwardGamma(s, data.X.Widen(), masked.Widen(), Epsilon);
            foreach (bool accumulate in Both)
            {
                // Over what they read, where nothing is added: the input's gradient over the input, the residual's over the output's.
                Operand overX = Over(Nhwc(s, data.X)), dy = Over(Nhwc(s, data.DY));
                Operand dr = accumulate ? Over(Nhwc(s, before)) : dy, dgamma = Out(s.Channels), dbeta = Out(s.Channels);
                var gradient = new ResidualGradient(relu ? y.View : default, dr, accumulate);
                Op<IBatchNorm2dBackward>().Run(
                    Stream, Sizes(s), s.Batch, overX, parameters, mean, inverse, relu: false, dy, overX, dgamma, dbeta,
                    accumulateData: false, accumulateGamma: false, accumulateBeta: false, gradient);
                string how = $"relu {relu}, accumulate {accumulate}";
                Comparison.Agree(Nchw(s, overX.Read()), wantX, $"dx, {how}");
                Comparison.Agree(dgamma.Read(), wantGamma, $"dgamma, {how}");
                Comparison.Agree(dbeta.Read(), ReferenceBatchNorm2d.BackwardBeta(s, masked.Widen()), $"dbeta, {how}");
                Nchw(s, dr.Read()).Should().Equal(accumulate ? before.Zip(masked, (a, g) => a + g) : masked, how);
            }
        }
    }

    [DeviceTheory, MemberData(nameof(Activations))]
    public void BatchNorm2d_gradient_of_an_activation_after_it(Norm2dCase s)
    {
        var data = new BatchNormData(s, RandomData.Normal(1, s.Length));
        AgreesWithBoth(data, default(Relu6));
        AgreesWithBoth(data, default(Silu));
        AgreesWithBoth(data, new HardTanh(-0.6f, 1.7f));
    }

    // To the bit what the activation's own gradient and the normalisation's give one after the other, from what the forward pass had in between.
    void AgreesWithBoth<TActivation>(BatchNormData data, TActivation activation)
        where TActivation : unmanaged, IActivation
    {
        Norm2dCase s = data.Case;
        var parameters = new BatchNormParameters(
            In(data.Gamma), In(data.Beta), Over(data.RunningMean), Over(data.RunningVariance), Epsilon, Momentum);
        Operand x = In(Nhwc(s, data.X)), between = Out(s.Length), y = Out(s.Length), mean = Out(s.Channels), inverse = Out(s.Channels);
        var forward = Op<IBatchNorm2dForwardTraining>();
        forward.Run(Stream, Sizes(s), s.Batch, x, parameters, relu: false, between, mean, inverse);
        Op<IActivationForward>().Run(Stream, activation, between, y);
        Operand joined = Out(s.Length), sameMean = Out(s.Channels), sameInverse = Out(s.Channels);
        forward.Run(Stream, Sizes(s), s.Batch, x, parameters, activation, joined, sameMean, sameInverse);
        joined.Read().Should().Equal(y.Read(), "y, {0}", TActivation.Name);

        Operand apart = Over(Nhwc(s, data.DY)), dgamma = Over(data.Gamma), dbeta = Out(s.Channels), wantGamma = Over(data.Gamma), wantBeta = Out(s.Channels);
        Op<IActivationBackward>().Run(Stream, activation, TActivation.SavesOutput ? y : between, apart, apart, accumulate: false);
        float[] before = apart.Read();
        var backward = Op<IBatchNorm2dBackward>();
        backward.Run(
            Stream, Sizes(s), s.Batch, x, parameters, mean, inverse, relu: false, apart, apart, wantGamma, wantBeta, accumulateData: false,
            accumulateGamma: true, accumulateBeta: false);
        Operand dy = Over(Nhwc(s, data.DY));
        backward.Run(
            Stream, Sizes(s), s.Batch, x, parameters, mean, inverse, activation, dy, dy, dgamma, dbeta, accumulateGamma: true, accumulateBeta: false);
        float[] dx = dy.Read();
        dx.Should().Equal(apart.Read(), "dx, {0}", TActivation.Name);
        Operand other = Out(s.Length), lost = Over(Nhwc(s, data.DY)), ignored = Out(s.Channels), ignoredToo = Out(s.Channels);
        backward.Run(
            Stream, Sizes(s), s.Batch, x, parameters, mean, inverse, activation, lost, other, ignored, ignoredToo, accumulateGamma: false,
            accumulateBeta: false);
        other.Read().Should().Equal(dx, "dx beside dy, {0}", TActivation.Name);
        dgamma.Read().Should().Equal(wantGamma.Read(), "dgamma, {0}", TActivation.Name);
        dbeta.Read().Should().Equal(wantBeta.Read(), "dbeta, {0}", TActivation.Name);
        before.Should().Contain(g => g != 0);

        Operand frozen = Over(Nhwc(s, data.DY)), running = Out(s.Length), output = Out(s.Length), wantFrozen = Over(Nhwc(s, data.DY));
        Op<IBatchNorm2dForwardInference>().Run(Stream, Sizes(s), s.Batch, x, parameters, relu: false, running);
        Op<IActivationForward>().Run(Stream, activation, running, output);
        Op<IActivationBackward>().Run(Stream, activation, TActivation.SavesOutput ? output : running, wantFrozen, wantFrozen, accumulate: false);
        Op<IBatchNorm2dFrozenBackward>().Run(Stream, Sizes(s), s.Batch, x, parameters, relu: false, wantFrozen, wantFrozen, accumulate: false);
        Op<IBatchNorm2dFrozenBackward>().Run(Stream, Sizes(s), s.Batch, x, parameters, activation, frozen, frozen);
        frozen.Read().Should().Equal(wantFrozen.Read(), "frozen, {0}", TActivation.Name);
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
        foreach ((bool accumulate, bool gamma, bool beta) in Accumulations)
        {
            Operand dy = In(Nhwc(s, data.DY)), dx = Target(accumulate, Nhwc(s, data.BeforeX));
            Operand dgamma = Target(gamma, data.Gamma), dbeta = Target(beta, data.Beta);
            op.Run(Stream, Sizes(s), s.Batch, x, parameters, mean, inverse, relu, dy, dx, dgamma, dbeta, accumulate, gamma, beta);
            string how = $"relu {relu}, accumulate {accumulate}, {gamma} and {beta}";
            Comparison.Agree(Nchw(s, dx.Read()), Wanted(accumulate, wantX, data.BeforeX), $"dx, {how}");
            Comparison.Agree(dgamma.Read(), Wanted(gamma, wantGamma, data.Gamma), $"dgamma, {how}");
            Comparison.Agree(dbeta.Read(), Wanted(beta, wantBeta, data.Beta), $"dbeta, {how}");
        }

        foreach (bool needsData in Both)
        {
            Operand dy = Over(Nhwc(s, data.DY)), dgamma = Out(s.Channels), dbeta = Out(s.Channels);
            op.Run(
                Stream, Sizes(s), s.Batch, x, parameters, mean, inverse, relu, dy, needsData ? dy : null, dgamma, dbeta,
                accumulateData: false, accumulateGamma: false, accumulateBeta: false);
            if (needsData) Comparison.Agree(Nchw(s, dy.Read()), wantX, $"dx over dy, relu {relu}");
            Comparison.Agree(dgamma.Read(), wantGamma, $"dgamma, dx needed {needsData}");
            Comparison.Agree(dbeta.Read(), wantBeta, $"dbeta, dx needed {needsData}");
        }
    }

    static double[] Channel(float[] nhwc, int c, int channels) =>
        [.. Enumerable.Range(0, nhwc.Length / channels).Select(pixel => (double)nhwc[pixel * channels + c])];

    static BatchNormSizes Sizes(Norm2dCase s) => new(s.Plane, s.Channels);
}
