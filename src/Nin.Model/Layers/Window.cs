using Nin.Shapes.Sizes;

namespace Nin;

/// <summary>
/// A layer with a window that slides over the image. Each size can be given once for both axes (<c>Kernel</c>, <c>Stride</c>, <c>Padding</c>), or by
/// axis or side with the properties here; the two cannot be mixed.
/// </summary>
public abstract class WindowAttribute : LayerAttribute
{
    /// <summary>Rows of the window, 1 or more, in place of <c>Kernel</c>; together with <see cref="KernelWidth"/>.</summary>
    public int KernelHeight { get; set; }

    /// <summary>Columns of the window, 1 or more, in place of <c>Kernel</c>; together with <see cref="KernelHeight"/>.</summary>
    public int KernelWidth { get; set; }

    /// <summary>Rows from one window to the next, 1 or more, in place of <c>Stride</c>. Default: that of <c>Stride</c>.</summary>
    public int StrideHeight { get; set; }

    /// <summary>Columns from one window to the next, 1 or more, in place of <c>Stride</c>. Default: that of <c>Stride</c>.</summary>
    public int StrideWidth { get; set; }

    /// <summary>Rows of padding above the image, 0 or more, in place of <c>Padding</c>. Default: 0.</summary>
    public int PaddingTop { get; set; } = LayerDefaults.Padding;

    /// <summary>Columns of padding left of the image, 0 or more, in place of <c>Padding</c>. Default: 0.</summary>
    public int PaddingLeft { get; set; } = LayerDefaults.Padding;

    /// <summary>Rows of padding below the image, 0 or more, in place of <c>Padding</c>. Default: 0.</summary>
    public int PaddingBottom { get; set; } = LayerDefaults.Padding;

    /// <summary>Columns of padding right of the image, 0 or more, in place of <c>Padding</c>. Default: 0.</summary>
    public int PaddingRight { get; set; } = LayerDefaults.Padding;

    /// <summary>
    /// Pads so that <c>out = size / stride</c>, rounded up: where that is an odd number of rows or columns, the larger part comes after the
    /// image (ONNX: <c>SAME_UPPER</c>). Excludes every other padding. Default: false.
    /// </summary>
    public bool Same { get; set; } = LayerDefaults.Same;
}
