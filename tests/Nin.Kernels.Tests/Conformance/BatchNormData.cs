using Nin.TestKit;

namespace Nin.Kernels.Tests.Conformance;

/// <summary>Operands of a batch normalisation, in the oracle's order.</summary>
sealed class BatchNormData(Norm2dCase s, float[] x)
{
    public Norm2dCase Case { get; } = s;

    public float[] X { get; } = x;

    public float[] Gamma { get; } = RandomData.Normal(2, s.Channels);

    public float[] Beta { get; } = RandomData.Normal(3, s.Channels);

    public float[] RunningMean { get; } = RandomData.Normal(4, s.Channels);

    public float[] RunningVariance { get; } = RandomData.Uniform(5, s.Channels, 0.5f, 2);

    public float[] DY { get; } = RandomData.Normal(6, s.Length);

    public float[] BeforeX { get; } = RandomData.Normal(7, s.Length);
}
