using Nin.Data;
using Nin.TestKit;
using Nin.Training;
using Xunit.Abstractions;

namespace Nin.Model.Tests.Training;

/// <summary>The first steps of training against the oracle in double precision: from the same weights, over the same batches.</summary>
/// <remarks>
/// Training is not continuous: a sum within rounding of zero is on one side of a ReLU in float32 and on the other in float64. Batch
/// normalisation centres a million sums a step around zero, so such flips happen every few steps, and what they change grows with the
/// learning rate: at 0.01 the oracle parts from itself by 1e-2 within 20 steps when its weights start 2e-6 off, relative. The rate here
/// is low enough to keep flips below the tolerance, and high enough for a wrong step to show, which the control without momentum checks.
/// </remarks>
public sealed class ReferenceTrainingTests(ITestOutputHelper output)
{
    const int Steps = 20;
    const int Batch = 4;
    const double LearningRate = 1e-4;
    const double Momentum = 0.9;
    const double Tolerance = 1e-4;

    static readonly (float[] Images, int[] Labels)[] Batches = LoadBatches();

    [Fact]
    public void LossesAgreeWithTheOracle() => Compare(device => new PlainMnist(device, seed: 1), batchNorm: false);

    [Fact]
    public void LossesAgreeWithTheOracleUnderBatchNorm() => Compare(device => new NormalizedMnist(device, seed: 1), batchNorm: true);

    void Compare(Func<Device, INetwork> make, bool batchNorm)
    {
        using var device = Device.Open("cpu");
        using var net = make(device);
        double[] want = OracleLosses(net, batchNorm, new ReferenceSgd(LearningRate, Momentum));
        double[] got = Losses(net, Momentum);
        for (int i = 0; i < Steps; i++) output.WriteLine($"step {i + 1}: {want[i]:F6}, off by {got[i] - want[i]:E1}");
        got.Zip(want, (g, w) => Math.Abs(g - w)).Should().HaveCount(Steps).And.OnlyContain(d => d <= Tolerance);

        using var control = make(device);
        Losses(control, momentum: 0).Zip(want, (c, w) => Math.Abs(c - w)).Max().Should().BeGreaterThan(100 * Tolerance);
    }

    static double[] OracleLosses(INetwork net, bool batchNorm, ReferenceSgd sgd)
    {
        var oracle = new ReferenceNetwork(1, 28, 28)
            .NinBlock("Block1", [96, 64, 48], kernel: 5, padding: 2, batchNorm: batchNorm)
            .MaxPool2d(3, stride: 2, padding: 1)
            .NinBlock("Block2", [128, 96, 48], kernel: 5, padding: 2, batchNorm: batchNorm)
            .MaxPool2d(3, stride: 2, padding: 1)
            .NinBlock("Block3", [128, 96, 10], kernel: 5, padding: 2, batchNorm: batchNorm, lastRelu: false)
            .GlobalAvgPool2d()
            .Load(net.Parameters.ToDictionary(p => p.Name, p => Array.ConvertAll(p.ToArray(), w => (double)w)));
        return oracle.Train(Batches.Select(b => (Array.ConvertAll(b.Images, x => (double)x), b.Labels)), sgd);
    }

    static double[] Losses(INetwork net, double momentum)
    {
        using var sgd = new Sgd(net.Parameters, LearningRate, momentum);
        using var session = net.CreateSession(Batch);
        using var input = new TensorBuffer(net.Device, Batch, net.Architecture.Input);
        return [.. Batches.Select(b => (double)session.TrainStep(input.CopyFrom(b.Images, Batch, Layout.Nchw), b.Labels, sgd))];
    }

    static (float[] Images, int[] Labels)[] LoadBatches()
    {
        var options = new DataLoaderOptions { BatchSize = Batch, Normalization = new([0.5f], [0.3f]), Shuffle = true, Prefetch = 0 };
        var loader = new DataLoader(SyntheticDataset.Create(Steps * Batch, 1, 28, 28, seed: 1), options);
        return [.. loader.Epoch(0).Select(b => (b.Images.ToArray(), b.Labels.ToArray()))];
    }
}
