using Nin.Ops;
using Nin.Shapes.Sizes;

namespace Nin.Kernels.Tests.Pooling;

/// <summary>What kernels ask of an axis before they read, against a walk over all taps of all windows.</summary>
public sealed class PoolAxisTests
{
    [Fact]
    public void First_and_count_of_the_taps_lead_to_places_of_the_image_and_to_no_others()
    {
        int windows = 0, without = 0;
        foreach (var (axis, size) in Axes())
        {
            var map = PoolAxis.Of(axis, size);
            for (int window = 0; window < map.Windows; window++)
            {
                int[] expected = [.. Places(axis, window).Where(place => place >= 0 && place < size)];
                int taps = map.Taps(window);
                int[] places = [.. Enumerable.Range(0, Math.Max(taps, 0)).Select(tap => map.First(window) + tap * axis.Dilation)];
                places.Should().Equal(expected, "of window {0} of {1} over {2}", window, axis, size);
                bool isWhole = map.Whole() is var (first, end) && window >= first && window < end;
                isWhole.Should().Be(expected.Length == axis.Kernel, "of window {0} of {1} over {2}", window, axis, size);
                taps.Should().Be(expected.Length, "a window that lies between two taps has none: {0} over {1}", axis, size);
                windows++;
                if (taps == 0) without++;
            }
        }

        windows.Should().BeGreaterThan(3_000);
        without.Should().BePositive("a row alone under two taps that are two apart has no tap, and must not be read");
    }

    static IEnumerable<int> Places(WindowAxis axis, int window) =>
        Enumerable.Range(0, axis.Kernel).Select(tap => window * axis.Stride - axis.Before + tap * axis.Dilation);

    static IEnumerable<(WindowAxis Axis, int Size)> Axes() =>
        from size in Enumerable.Range(1, 7)
        from kernel in Enumerable.Range(1, 4)
        from stride in Enumerable.Range(1, 3)
        from dilation in Enumerable.Range(1, 3)
        from before in Enumerable.Range(0, (dilation * (kernel - 1) + 1) / 2 + 1)
        from after in Enumerable.Range(0, (dilation * (kernel - 1) + 1) / 2 + 1)
        let axis = new WindowAxis(kernel, stride, before, after, dilation)
        where axis.Output(size) >= 1
        select (axis, size);
}
