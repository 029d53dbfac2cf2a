namespace Nin;

/// <summary>The order of a batch's elements in host memory. There is no default: with one channel the two coincide, which would hide a mistake.</summary>
public enum Layout
{
    /// <summary>Examples, channels, rows, columns: PyTorch's order.</summary>
    Nchw,

    /// <summary>Examples, rows, columns, channels: the order in which devices hold tensors.</summary>
    Nhwc,
}

/// <summary>Moves elements between PyTorch's orders and those in device memory, on the host.</summary>
static class LayoutPermutation
{
    /// <summary>
    /// <c>target[o, j, i] = source[o, i, j]</c>. With i = channels and j = pixels it turns NCHW into NHWC, and back with the two swapped.
    /// </summary>
    public static void SwapInner(ReadOnlySpan<float> source, Span<float> target, int outer, int inner1, int inner2)
    {
        int length = inner1 * inner2;
        for (int o = 0; o < outer; o++)
        {
            var from = source.Slice(o * length, length);
            var to = target.Slice(o * length, length);
            for (int i = 0; i < inner1; i++)
            {
                for (int j = 0; j < inner2; j++) to[j * inner1 + i] = from[i * inner2 + j];
            }
        }
    }
}
