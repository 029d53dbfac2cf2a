using Nin.Kernels.Tests.Conformance;
using Nin.Ops;
using Nin.TestKit;

namespace Nin.Kernels.Tests.TensorCores;

/// <summary>What the precisions are, beside the conformance of all products: how far a product is from float32's, and that it is no nearer.</summary>
[Collection(EmulatedGpu.Collection)]
public sealed class TensorCoreTests
{
    const int Pixels = 31, Depth = 20, Columns = 23;

    [Fact]
    public void One_product_is_accurate_to_tf32_and_no_better() =>
        Errors(Precision.Tf32).Max().Should().BeInRange(Math.Pow(2, -16), Math.Pow(2, -10) + Math.Pow(2, -20));

    [Fact]
    public void Three_products_are_accurate_to_float32() =>
        Errors(Precision.Tf32x3).Max().Should().BeLessThan((3 * Depth + 2) * Oracle.UnitRoundoff + Math.Pow(2, -20));

    [Theory]
    [InlineData(1f, 1f)]
    [InlineData(1f + 1f / 2048, 1f + 1f / 1024)]
    [InlineData(-1f - 1f / 2048, -1f - 1f / 1024)]
    [InlineData(1f + 1f / 4096, 1f)]
    [InlineData(float.PositiveInfinity, float.PositiveInfinity)]
    public void Rounding_is_to_the_nearest_and_ties_go_away_from_zero(float value, float want) => TensorCore.Round(value).Should().Be(want);

    /// <summary>Of each element of a product, relative to the sum of its terms' sizes.</summary>
    static double[] Errors(Precision precision)
    {
        using var device = EmulatedGpu.Open(threads: 64, precision);
        using var stream = device.CreateStream();
        float[] x = RandomData.Normal(1, Pixels * Depth), w = RandomData.Normal(2, Depth * Columns);
        using Operand left = new(device, x.Length, x, isRead: true), right = new(device, w.Length, w, isRead: true);
        using var result = new Operand(device, Pixels * Columns, values: null, isRead: false);
        device.Kernels.Get<IConv2dForward>().Run(
            stream, new Conv2dSizes(Depth, Height: 1, Pixels, Columns), 1, left, right.View, bias: default, relu: false, result);
        float[] got = result.Read();
        double[] want = Product(v => v), magnitude = Product(Math.Abs);
        return [.. got.Select((g, i) => Math.Abs(g - want[i]) / magnitude[i])];

        double[] Product(Func<double, double> part)
        {
            var y = new double[Pixels * Columns];
            for (int i = 0; i < y.Length; i++)
            {
                for (int k = 0; k < Depth; k++) y[i] += part((double)x[i / Columns * Depth + k] * w[k * Columns + i % Columns]);
            }

            return y;
        }
    }
}
