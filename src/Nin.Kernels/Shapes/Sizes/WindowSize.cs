namespace Nin.Shapes.Sizes;

/// <summary>How many windows of a convolution or pooling fit along one axis.</summary>
/// <remarks>
/// The accessibility of the types in this folder is given elsewhere: public in Nin.Kernels, internal where the generator
/// links these files, so that no assembly sees two of them. Everything is <see cref="long"/>: arguments come from
/// half-typed code and a product of two ints may overflow.
/// </remarks>
static partial class WindowSize
{
    /// <summary>Pixels from the first to the last that a dilated window reads: <c>d (k - 1) + 1</c>.</summary>
    public static long Effective(long kernel, long dilation) => dilation * (kernel - 1) + 1;

    /// <summary>
    /// Output size <c>floor((n + 2p - effective) / s) + 1</c>, or 0 where no window fits.
    /// The rule of PyTorch's <c>conv_output_size</c> and of pooling without <c>ceil_mode</c>.
    /// </summary>
    public static long Output(long input, long kernel, long stride, long padding, long dilation)
    {
        long room = input + 2 * padding - Effective(kernel, dilation);
        return room < 0 ? 0 : room / stride + 1;
    }

    /// <summary>Pixels at the far border (padding counted) that no window reads.</summary>
    public static long Unread(long input, long kernel, long stride, long padding, long dilation) =>
        input + 2 * padding - Effective(kernel, dilation) - (Output(input, kernel, stride, padding, dilation) - 1) * stride;

    /// <summary>The largest padding that pooling allows: half the effective window (PyTorch, <c>Pool.h</c>).</summary>
    public static long MaxPoolingPadding(long kernel, long dilation) => Effective(kernel, dilation) / 2;
}
