using Nin.TestKit;

namespace Nin.Kernels.Tests;

public class ReferenceNetworkTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void GradientsAgreeWithCentralDifferences(bool batchNorm)
    {
        double[] images = Data(1, 3 * 2 * 9 * 7);
        int[] labels = [0, 2, 1];
        ReferenceNetwork net = Small(batchNorm);
        Dictionary<string, double[]> weights = Weights(net);
        net.Load(weights).LossAndGradients(images, labels, out IReadOnlyDictionary<string, double[]> gradients);

        foreach (string name in gradients.Keys)
        {
            OracleGradient.Check(LossWith, weights[name], gradients[name], 5, 1e-6);

            double LossWith(double[] value)
            {
                var changed = new Dictionary<string, double[]>(weights) { [name] = value };
                return Small(batchNorm).Load(changed).LossAndGradients(images, labels, out _);
            }
        }
    }

    [Fact]
    public void NamesCountReluAndNormalisation()
    {
        Small(false).State.Keys.Select(Layer).Distinct().Should().Equal("Block1.0", "Block1.2", "Block2.0", "Block2.2");
        Small(true).State.Keys.Select(Layer).Distinct().Should()
            .BeEquivalentTo("Block1.0", "Block1.1", "Block1.3", "Block1.4", "Block2.0", "Block2.1", "Block2.3");

        static string Layer(string name) => name[..name.LastIndexOf('.')];
    }

    [Fact]
    public void StepsFollowTheOptimizer()
    {
        double[] images = Data(1, 3 * 2 * 9 * 7);
        int[] labels = [0, 2, 1];
        ReferenceNetwork net = Small(batchNorm: true);
        net.Load(Weights(net));
        var optimizer = new ReferenceSgd(0.05, Momentum: 0.9, Nesterov: true, WeightDecay: 1e-3);
        double[] p = net.State["Block1.3.weight"], buffer = new double[p.Length];

        for (int step = 1; step <= 3; step++)
        {
            net.LossAndGradients(images, labels, out IReadOnlyDictionary<string, double[]> gradients);
            optimizer.Step(step, p, gradients["Block1.3.weight"], buffer);
            net.TrainStep(images, labels, optimizer);
            net.State["Block1.3.weight"].Should().Equal(p);
        }
    }

    [Fact]
    public void TrainingLearnsOneBatchByHeart()
    {
        ReferenceNetwork net = Small(batchNorm: true);
        net.Load(Weights(net));

        double[] losses = net.Train(
            Enumerable.Repeat((Data(1, 3 * 2 * 9 * 7), new[] { 0, 2, 1 }), 150), new ReferenceSgd(0.05, Momentum: 0.9));

        losses[0].Should().BeGreaterThan(0.5);
        losses[^1].Should().BeLessThan(0.05);
    }

    [Fact]
    public void MissingWeightsAreNamed() =>
        Small(false).Invoking(net => net.Load(new Dictionary<string, double[]>())).Should().Throw<ArgumentException>()
            .WithMessage("No weights for 'Block1.0.weight'*");

    static ReferenceNetwork Small(bool batchNorm) => new ReferenceNetwork(2, 9, 7)
        .NinBlock("Block1", [6, 5], kernel: 3, padding: 1, batchNorm: batchNorm)
        .MaxPool2d(3, stride: 2, padding: 1)
        .NinBlock("Block2", [7, 3], kernel: 3, padding: 1, batchNorm: batchNorm, lastRelu: false)
        .GlobalAvgPool2d();

    static Dictionary<string, double[]> Weights(ReferenceNetwork net) =>
        net.State.Where(p => !p.Key.Contains("running", StringComparison.Ordinal))
            .ToDictionary(p => p.Key, p => Data(p.Key.Length + p.Value.Length, p.Value.Length, 0.5));

    static double[] Data(int seed, int length, double scale = 1) =>
        Array.ConvertAll(RandomData.Normal(seed, length).Widen(), v => scale * v);
}
