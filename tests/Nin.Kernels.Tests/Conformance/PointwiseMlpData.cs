using Nin.TestKit;

namespace Nin.Kernels.Tests.Conformance;

/// <summary>Random operands of a pointwise MLP, in the oracle's order. h and y are as if after a ReLU: half of them are zero.</summary>
sealed class PointwiseMlpData(PointwiseMlpCase s)
{
    public PointwiseMlpCase Case { get; } = s;

    public float[] X { get; } = RandomData.Normal(1, s.First.InputLength);

    public float[] W1 { get; } = RandomData.Normal(2, s.First.WeightLength);

    public float[] B1 { get; } = RandomData.Normal(3, s.Hidden);

    public float[] W2 { get; } = RandomData.Normal(4, s.Second.WeightLength);

    public float[] B2 { get; } = RandomData.Normal(5, s.Filters);

    public float[] H { get; } = [.. RandomData.Normal(6, s.First.OutputLength).Select(v => Math.Max(v, 0))];

    public float[] Y { get; } = [.. RandomData.Normal(7, s.Second.OutputLength).Select(v => Math.Max(v, 0))];

    public float[] DY { get; } = RandomData.Normal(8, s.Second.OutputLength);

    public float[] BeforeX { get; } = RandomData.Normal(9, s.First.InputLength);

    public float[] BeforeW1 { get; } = RandomData.Normal(10, s.First.WeightLength);

    public float[] BeforeW2 { get; } = RandomData.Normal(11, s.Second.WeightLength);
}
