namespace Nin;

/// <summary>The order of a batch's elements in host memory. There is no default: with one channel the two coincide and would hide a mistake.</summary>
public enum Layout
{
    /// <summary>Examples, channels, rows, columns: PyTorch's order.</summary>
    Nchw,

    /// <summary>Examples, rows, columns, channels: the order in which devices hold tensors.</summary>
    Nhwc,
}
