using Nin.Ops;
using Nin.Shapes.Sizes;

namespace Nin.Kernels.Tests.Convolution;

/// <summary>The products that a strided data gradient is cut into read, all together, what the whole one reads, and nothing in vain.</summary>
public sealed class ResidueGemmTests
{
    const int Examples = 2;

    /// <summary>Windows larger and smaller than their stride, with dilation, padding on one side, and images below the stride.</summary>
    public static TheoryData<WindowAxis, WindowAxis, int, int> Windows => new()
    {
        { new(Kernel: 3, Stride: 2, Before: 1, After: 1), new(Kernel: 3, Stride: 2, Before: 1, After: 1), 8, 7 },
        { new(Kernel: 1, Stride: 2), new(Kernel: 1, Stride: 2), 5, 6 },
        { new(Kernel: 11, Stride: 4), new(Kernel: 5, Stride: 1, Before: 2, After: 2), 19, 6 },
        { new(Kernel: 2, Stride: 3, Before: 1), new(Kernel: 4, Stride: 3, After: 2), 9, 10 },
        { new(Kernel: 3, Stride: 2, Before: 2, After: 2, Dilation: 2), new(Kernel: 3, Stride: 3, Before: 2, Dilation: 2), 9, 11 },
        { new(Kernel: 3, Stride: 5, Before: 2, After: 2), new(Kernel: 2, Stride: 4, Before: 1), 2, 3 },
    };

    [Theory, MemberData(nameof(Windows))]
    public void They_read_what_the_whole_product_reads(WindowAxis rows, WindowAxis columns, int height, int width)
    {
        var problem = GemmProblem.Dgrad(new Conv2dSizes(Channels: 3, height, width, Filters: 2, new Window2d(rows, columns)));
        ResidueGemm.Cuts(problem, Examples).Should().BeTrue();
        List<(long Result, int Tap, long Source)> whole = [.. Reads(problem, default)], parts = [];
        List<long> results = [];
        for (int row = 0; row < rows.Stride; row++)
        {
            for (int column = 0; column < columns.Stride; column++)
            {
                var part = ResidueGemm.Of(problem, row, column);
                part.Problem.Geometry.Rows.Divisor.Should().Be(1);
                parts.AddRange(Reads(part.Problem, part.Results));
                results.AddRange(Enumerable.Range(0, Examples * part.Problem.Geometry.Pixels).Select(p => part.Results.Place(p)));
            }
        }

        results.Order().Should().Equal(Enumerable.Range(0, Examples * height * width).Select(p => (long)p), "each pixel is one product's");
        parts.Order().Should().Equal(whole.Order());
        // For each result its taps come in the same order, which its bits depend on.
        parts.GroupBy(r => r.Result).Should().OnlyContain(g => g.SequenceEqual(whole.Where(r => r.Result == g.Key)));
    }

    [Fact]
    public void Unit_strides_are_not_cut() =>
        ResidueGemm.Cuts(GemmProblem.Dgrad(new Conv2dSizes(3, 8, 8, 2, Window2d.Square(3, stride: 1, padding: 1))), Examples).Should().BeFalse();

    [Fact]
    public void A_product_of_more_pixels_than_32_bits_count_is_not_cut() =>
        ResidueGemm.Cuts(GemmProblem.Dgrad(new Conv2dSizes(1, 30_000, 30_000, 1, Window2d.Square(3, stride: 2, padding: 1))), n: 3).Should().BeFalse();

    static IEnumerable<(long Result, int Tap, long Source)> Reads(GemmProblem problem, ResiduePixels results)
    {
        var g = problem.Geometry;
        for (int pixel = 0; pixel < Examples * g.Pixels; pixel++)
        {
            var row = Im2colRow.Of(g, pixel, group: 0);
            for (int ky = 0; ky < g.Rows.Taps; ky++)
            {
                for (int kx = 0; kx < g.Columns.Taps; kx++)
                {
                    long source = row.Tap(g, ky, kx);
                    if (source >= 0) yield return (results.Place(pixel), problem.Taps.First + ky * problem.Taps.RowStep + kx * problem.Taps.ColumnStep, source);
                }
            }
        }
    }
}
