namespace Nin.TestKit;

/// <summary>Permutations between PyTorch's memory order, which the oracle speaks, and channels-last.</summary>
public static class Layouts
{
    /// <summary><c>[n, c, h, w]</c> to <c>[n, h, w, c]</c>.</summary>
    public static T[] NchwToNhwc<T>(ReadOnlySpan<T> source, int n, int c, int h, int w) => SwapMiddle(source, n, c, h * w);

    /// <summary><c>[n, h, w, c]</c> to <c>[n, c, h, w]</c>.</summary>
    public static T[] NhwcToNchw<T>(ReadOnlySpan<T> source, int n, int c, int h, int w) => SwapMiddle(source, n, h * w, c);

    /// <summary>Weights <c>[out, in / groups, kH, kW]</c> to <c>[kH, kW, in / groups, out]</c>.</summary>
    /// <param name="source">The weights.</param>
    /// <param name="o">Filters, of all groups together.</param>
    /// <param name="i">Input channels of one group.</param>
    /// <param name="kh">Rows of the window.</param>
    /// <param name="kw">Columns of the window.</param>
    public static T[] OihwToHwio<T>(ReadOnlySpan<T> source, int o, int i, int kh, int kw)
    {
        T[] rows = SwapMiddle(source, 1, o * i, kh * kw);
        return SwapMiddle<T>(rows, kh * kw, o, i);
    }

    /// <summary>Weights <c>[kH, kW, in / groups, out]</c> to <c>[out, in / groups, kH, kW]</c>.</summary>
    /// <inheritdoc cref="OihwToHwio"/>
    public static T[] HwioToOihw<T>(ReadOnlySpan<T> source, int o, int i, int kh, int kw)
    {
        T[] rows = SwapMiddle(source, kh * kw, i, o);
        return SwapMiddle<T>(rows, 1, kh * kw, o * i);
    }

    /// <summary><c>[n, a, b]</c> to <c>[n, b, a]</c>.</summary>
    static T[] SwapMiddle<T>(ReadOnlySpan<T> source, int n, int a, int b)
    {
        Lengths.Check(source.Length, n * a * b, "array");
        var target = new T[source.Length];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < a; j++)
            {
                for (int k = 0; k < b; k++)
                {
                    target[(i * b + k) * a + j] = source[(i * a + j) * b + k];
                }
            }
        }

        return target;
    }
}
