using Nin.TestKit;

namespace Nin.Kernels.Tests;

/// <summary>Three steps from p = 1 under the gradients 1, 0.5 and -0.25 at rate 0.1, worked out from torch/optim.</summary>
public class OracleOptimizerTests
{
    static readonly double[] Gradients = [1, 0.5, -0.25];

    public static TheoryData<ReferenceSgd, double[]> Sgd => new()
    {
        { new(0.1), [.9, .85, .875] },
        { new(0.1, Momentum: 0.9), [.9, .76, .659] },
        { new(0.1, Momentum: 0.9, Dampening: 0.5), [.9, .785, .694] },
        { new(0.1, Momentum: 0.9, Nesterov: true), [.81, .634, .5681] },
        { new(0.1, WeightDecay: 0.1), [.89, .8311, .847789] },
        { new(0.1, Momentum: 0.9, WeightDecay: 0.1), [.89, .7321, .607669] },
        { new(0.1, Momentum: 0.9, Nesterov: true, WeightDecay: 0.1), [.791, .591871, .501028351] },
    };

    public static TheoryData<ReferenceAdam, double[]> Adam => new()
    {
        { new(0.1), [.900000001, .806782038, .750415901] },
        { new(0.1, Epsilon: 0.1), [.909090909, .826341572, .777380325] },
        { new(0.1, WeightDecay: 0.1), [.900000001, .805771797, .742195394] },
        { new(0.1, WeightDecay: 0.1, Decoupled: true), [.890000001, .787882038, .723637081] },
    };

    [Theory, MemberData(nameof(Sgd))]
    public void SgdFollowsTheTable(ReferenceSgd optimizer, double[] want)
    {
        double[] p = [1], buffer = [double.NaN];
        Gradients.Select((g, i) => optimizer.Step(i + 1, p, [g], buffer).Value[0]).ToArray().Should().Equal(want, Near);
    }

    [Theory, MemberData(nameof(Adam))]
    public void AdamFollowsTheTable(ReferenceAdam optimizer, double[] want)
    {
        double[] p = [1], m = [0], v = [0];
        Gradients.Select((g, i) => optimizer.Step(i + 1, p, [g], m, v).Value[0]).ToArray().Should().Equal(want, Near);
    }

    static bool Near(double got, double want) => Math.Abs(got - want) <= 1e-9;
}
