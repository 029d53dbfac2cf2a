using ILGPU;
using ILGPU.Runtime.CPU;
using Nin.Ops;
using Nin.TestKit;

namespace Nin.Kernels.Tests.TensorCores;

/// <summary>Which lane holds which element, on the CPU accelerator with warps of 32 lanes; the instruction itself on text alone.</summary>
public sealed class TensorCoreProductTests
{
    [Theory]
    [InlineData(16, 8, 8)]
    [InlineData(1, 1, 1)]
    [InlineData(17, 9, 9)]
    [InlineData(31, 20, 23)]
    public void Three_products_are_accurate_to_float32(int pixels, int depth, int columns)
    {
        var (got, want, magnitude) = Run(pixels, depth, columns, threeProducts: true);
        // The rest of a rest (2^-22 relative) and the product of both rests, beside the roundings of three sums.
        double share = (3 * depth + 2) * Oracle.UnitRoundoff + Math.Pow(2, -20);
        for (int i = 0; i < got.Length; i++) Math.Abs(got[i] - want[i]).Should().BeLessThanOrEqualTo(share * magnitude[i], "element {0}", i);
    }

    [Fact]
    public void One_product_is_accurate_to_tf32_and_no_better()
    {
        var (got, want, magnitude) = Run(31, 20, 23, threeProducts: false);
        double[] error = [.. got.Select((g, i) => Math.Abs(g - want[i]) / magnitude[i])];
        error.Max().Should().BeInRange(Math.Pow(2, -16), Math.Pow(2, -10));
    }

    [Theory]
    [InlineData(1f, 1f)]
    [InlineData(1f + 1f / 2048, 1f + 1f / 1024)]
    [InlineData(-1f - 1f / 2048, -1f - 1f / 1024)]
    [InlineData(1f + 1f / 4096, 1f)]
    [InlineData(float.PositiveInfinity, float.PositiveInfinity)]
    public void Rounding_is_to_the_nearest_and_ties_go_away_from_zero(float value, float want) => TensorCore.Round(value).Should().Be(want);

    static (float[] Got, double[] Want, double[] Magnitude) Run(int pixels, int depth, int columns, bool threeProducts)
    {
        using var context = Context.Create(builder => builder.EnableNin().CPU(new CPUDevice(TensorCore.Lanes, 1, 1)));
        using var accelerator = context.CreateCPUAccelerator(0);
        using var device = AcceleratorDevice.From(accelerator);
        float[] x = RandomData.Normal(1, pixels * depth), w = RandomData.Normal(2, depth * columns);
        using var stream = device.CreateStream();
        using DeviceBuffer left = device.Allocate(x.Length), right = device.Allocate(w.Length), result = device.Allocate(pixels * columns);
        left.View.CopyFrom(x);
        right.View.CopyFrom(w);
        var sizes = new TensorCoreSizes(pixels, depth, columns, threeProducts ? 1 : 0);
        new TensorCoreProduct(device).Run(stream, sizes, left.View, right.View, result.View);
        device.Synchronize();
        return (result.View.ToArray(), Product(x, w, v => v), Product(x, w, Math.Abs));

        double[] Product(float[] a, float[] b, Func<double, double> part)
        {
            var y = new double[pixels * columns];
            for (int i = 0; i < y.Length; i++)
            {
                for (int k = 0; k < depth; k++) y[i] += part((double)a[i / columns * depth + k] * b[k * columns + i % columns]);
            }

            return y;
        }
    }
}
