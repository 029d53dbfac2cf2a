using Nin.Data;

namespace Nin.Model.Tests.Data;

public class BilinearResizeTests
{
    [Fact]
    public void Doubling_two_pixels_mixes_by_quarters_and_clamps_the_edges() =>
        Resize([0, 4], 1, 2, 1, 4).Should().Equal(0, 1, 3, 4);

    [Fact]
    public void Doubling_a_square()
    {
        // Rows 0, 1, 3, 4 quarters of the way from [0 4] to [8 12].
        Resize([0, 4, 8, 12], 2, 2, 4, 4).Should().Equal(0, 1, 3, 4, 2, 3, 5, 6, 6, 7, 9, 10, 8, 9, 11, 12);
    }

    [Fact]
    public void Halving_smooths_with_a_triangle_two_pixels_wide()
    {
        // Pillow's weights 3 3 1 (of 7) at the edge, for four pixels to two.
        float[] got = Resize([7, 14, 35, 70], 1, 4, 1, 2);
        got[0].Should().BeApproximately((3 * 7 + 3 * 14 + 35) / 7f, 1e-5f);
        got[1].Should().BeApproximately((14 + 3 * 35 + 3 * 70) / 7f, 1e-5f);
    }

    [Fact]
    public void The_same_size_changes_nothing()
    {
        float[] image = Noise(7 * 5, 1);
        Resize(image, 7, 5, 7, 5).Should().Equal(image);
    }

    [Theory]
    [InlineData(28, 28, 224, 224)]
    [InlineData(28, 28, 96, 96)]
    [InlineData(5, 7, 11, 13)]
    [InlineData(1, 1, 4, 9)]
    [InlineData(1, 6, 3, 6)]
    [InlineData(3, 1, 7, 1)]
    public void Growing_is_bilinear_interpolation_with_half_pixel_centres(int height, int width, int outHeight, int outWidth)
    {
        float[] image = Noise(height * width, 2);
        float[] got = Resize(image, height, width, outHeight, outWidth);
        for (int y = 0; y < outHeight; y++)
        {
            (int top, int bottom, double down) = Neighbours(y, height, outHeight);
            for (int x = 0; x < outWidth; x++)
            {
                (int left, int right, double along) = Neighbours(x, width, outWidth);
                double want = (1 - down) * ((1 - along) * image[top * width + left] + along * image[top * width + right])
                    + down * ((1 - along) * image[bottom * width + left] + along * image[bottom * width + right]);
                // Values below 1; two rounded weights, two products and a sum on each of two axes.
                ((double)got[y * outWidth + x]).Should().BeApproximately(want, 8 * Math.Pow(2, -24), "row {0}, column {1}", y, x);
            }
        }
    }

    [Theory]
    [InlineData(28, 28, 9, 13)]
    [InlineData(9, 31, 20, 7)]
    [InlineData(64, 64, 1, 1)]
    public void Shrinking_is_the_normalised_triangle_filter(int height, int width, int outHeight, int outWidth)
    {
        float[] image = Noise(height * width, 3);
        float[] got = Resize(image, height, width, outHeight, outWidth);
        for (int y = 0; y < outHeight; y++)
        {
            for (int x = 0; x < outWidth; x++)
            {
                double sum = 0, weights = 0;
                for (int i = 0; i < height; i++)
                {
                    for (int j = 0; j < width; j++)
                    {
                        double weight = Triangle(i, y, height, outHeight) * Triangle(j, x, width, outWidth);
                        sum += weight * image[i * width + j];
                        weights += weight;
                    }
                }

                // At most 65 taps an axis, all positive, of values below 1.
                ((double)got[y * outWidth + x]).Should().BeApproximately(sum / weights, 2 * 67 * Math.Pow(2, -24));
            }
        }
    }

    [Fact]
    public void Lengths_and_sizes_are_checked()
    {
        FluentActions.Invoking(() => new BilinearResize(0, 1, 1, 1)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new BilinearResize(2, 3, 4, 5).Apply(new float[5], new float[20]))
            .Should().Throw<ArgumentException>().WithMessage("5 pixels where 2 x 3*");
        FluentActions.Invoking(() => new BilinearResize(2, 3, 4, 5).Apply(new float[6], new float[19]))
            .Should().Throw<ArgumentException>().WithMessage("Room for 19*");
    }

    static (int Low, int High, double Fraction) Neighbours(int output, int inputs, int outputs)
    {
        double position = Math.Clamp((output + 0.5) * inputs / outputs - 0.5, 0, inputs - 1);
        int low = (int)position;
        return (low, Math.Min(low + 1, inputs - 1), position - low);
    }

    static double Triangle(int input, int output, int inputs, int outputs)
    {
        double scale = (double)inputs / outputs;
        return Math.Max(0, 1 - Math.Abs(input + 0.5 - (output + 0.5) * scale) / Math.Max(1, scale));
    }

    static float[] Resize(float[] image, int height, int width, int outHeight, int outWidth)
    {
        float[] output = new float[outHeight * outWidth];
        Array.Fill(output, float.NaN);
        new BilinearResize(height, width, outHeight, outWidth).Apply(image, output);
        return output;
    }

    static float[] Noise(int length, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, length).Select(_ => random.NextSingle())];
    }
}
