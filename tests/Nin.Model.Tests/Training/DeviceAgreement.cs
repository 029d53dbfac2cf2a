using Nin.TestKit;
using Nin.Training;
using Xunit.Abstractions;

namespace Nin.Model.Tests.Training;

/// <summary>Twenty training steps of a small network on a device, each compared with the oracle in double precision.</summary>
/// <remarks>
/// How far rounding may carry a loss is derived, step by step: a sum of k products in float32 is the exact one of weights that are off by
/// <c>gamma(k) = k u</c>, relative (Higham, <i>Accuracy and Stability of Numerical Algorithms</i>, section 3.1). The oracle therefore trains
/// again with all weights moved by that much before each step, in random directions. The longest sum, of a weight's gradient, has a term for
/// each pixel of the batch. Where a precision rounds operands, the three products of a step (forward, data gradient, weight gradient) are off by as much
/// again as it allows, each for itself.
/// </remarks>
public static class DeviceAgreement
{
    const int Steps = 20;
    const int Batch = 4;
    const int LongestSum = Batch * 9 * 7;
    const int Products = 3;
    const int PerturbedRuns = 6;
    const double LearningRate = 0.02;
    const double Momentum = 0.9;

    static readonly (float[] Images, int[] Labels)[] Batches = [.. Enumerable.Range(0, Steps).Select(i =>
        (RandomData.Normal(i, Batch * 2 * 9 * 7), RandomData.Labels(i, Batch, 5)))];

    /// <summary>Trains, and compares every loss.</summary>
    public static void Check(Device device, ITestOutputHelper output)
    {
        double moved = LongestSum * Oracle.UnitRoundoff + Products * ProductError(device.Precision);
        double[] got = Losses(device, out var weights), want = OracleLosses(weights), bound = Bounds(weights, want, moved);
        for (int i = 0; i < Steps; i++) output.WriteLine($"step {i + 1}: {want[i]:F6}, off by {got[i] - want[i]:E1}, may be {bound[i]:E1}");
        for (int i = 0; i < Steps; i++) Math.Abs(got[i] - want[i]).Should().BeLessThanOrEqualTo(bound[i], "step {0} on {1}", i + 1, device);

        // Without momentum the weights part at the second step: the bounds are narrow enough to see it.
        double[] other = OracleLosses(weights, momentum: 0);
        Enumerable.Range(0, Steps).Count(i => Math.Abs(other[i] - want[i]) > bound[i]).Should().BeGreaterThan(Steps / 2);
    }

    static double[] Losses(Device device, out Dictionary<string, double[]> weights)
    {
        using var net = new DeviceNet(device, seed: 1);
        using var sgd = new Sgd(net.Parameters, LearningRate, Momentum);
        using var images = net.CreateInput(Batch);
        weights = net.Parameters.ToDictionary(p => p.Name, p => p.ToArray().Widen());
        var losses = new double[Steps];
        for (int i = 0; i < Steps; i++)
        {
            images.CopyFrom(Batches[i].Images, Layout.Nchw);
            losses[i] = net.TrainStep(images, Batches[i].Labels, sgd);
        }

        return losses;
    }

    static double[] Bounds(Dictionary<string, double[]> weights, double[] want, double moved)
    {
        double[][] runs = [.. Enumerable.Range(0, PerturbedRuns).Select(seed => OracleLosses(weights, new Random(seed), moved))];
        // Directions are drawn, the worst is not among them: twice the largest distance, beside the rounding of the loss itself.
        return [.. want.Select((w, i) => 2 * runs.Max(r => Math.Abs(r[i] - w)) + 8 * Oracle.UnitRoundoff * Math.Abs(w))];
    }

    static double[] OracleLosses(Dictionary<string, double[]> weights, Random? directions = null, double moved = 0, double momentum = Momentum)
    {
        var net = new ReferenceNetwork(2, 9, 7)
            .NinBlock("Block1", [6, 6, 6], kernel: 3, padding: 1)
            .MaxPool2d(3, stride: 2)
            .NinBlock("Block2", [9, 8, 5], kernel: 3, padding: 1, batchNorm: true, lastRelu: false)
            .GlobalAvgPool2d()
            .Load(weights);
        var sgd = new ReferenceSgd(LearningRate, momentum);
        var losses = new double[Steps];
        for (int i = 0; i < Steps; i++)
        {
            if (directions is not null) net.Load(net.State.ToDictionary(p => p.Key, p => Array.ConvertAll(p.Value, w => w * (1 + Direction(directions) * moved))));
            losses[i] = net.TrainStep(Batches[i].Images.Widen(), Batches[i].Labels, sgd);
        }

        return losses;
    }

    // Of one product, beside float32's own rounding: see Precision.
    static double ProductError(Precision precision) => precision switch
    {
        Precision.Tf32 => Math.Pow(2, -10) + Math.Pow(2, -22),
        Precision.Tf32x3 => Math.Pow(2, -20),
        _ => 0,
    };

    static int Direction(Random random) => random.Next(2) == 0 ? -1 : 1;
}
