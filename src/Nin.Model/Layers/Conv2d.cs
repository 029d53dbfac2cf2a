using Nin.Ops;
using Nin.Shapes.Sizes;

namespace Nin
{
    /// <summary>
    /// A 2-D convolution (cross-correlation, as PyTorch's <c>Conv2d</c>): <c>channels x height x width</c> to
    /// <c>filters x outHeight x outWidth</c>, where <c>out = (size + 2 Padding - Dilation (Kernel - 1) - 1) / Stride + 1</c>, rounded down; kernel,
    /// stride, dilation and padding may differ by axis or side.
    /// </summary>
    /// <param name="filters">Output channels, 1 or more.</param>
    public sealed class Conv2dAttribute(int filters) : WindowAttribute
    {
        /// <summary>Output channels.</summary>
        public int Filters { get; } = filters;

        /// <summary>
        /// Side of the square window in pixels, 1 or more. Must be given unless height and width are; for a 1x1 window use
        /// <see cref="PointwiseAttribute"/>.
        /// </summary>
        public int Kernel { get; set; }

        /// <summary>Pixels from one window to the next, 1 or more. Default: 1.</summary>
        public int Stride { get; set; } = LayerDefaults.Stride;

        /// <summary>Rows and columns of zeros on each side, 0 or more. Default: 0.</summary>
        public int Padding { get; set; } = LayerDefaults.Padding;

        /// <summary>Pixels from one tap of the window to the next, 1 or more. Default: 1.</summary>
        public int Dilation { get; set; } = LayerDefaults.Dilation;

        /// <summary>Rows from one tap of the window to the next, 1 or more, in place of <see cref="Dilation"/>. Default: 1.</summary>
        public int DilationHeight { get; set; } = LayerDefaults.Dilation;

        /// <summary>Columns from one tap of the window to the next, 1 or more, in place of <see cref="Dilation"/>. Default: 1.</summary>
        public int DilationWidth { get; set; } = LayerDefaults.Dilation;

        /// <summary>Groups of channels that are connected only to each other; divides the input channels and the filters. Default: 1.</summary>
        public int Groups { get; set; } = LayerDefaults.Groups;

        /// <summary>
        /// Whether a bias per filter is added. Default: true; <c>false</c> before <see cref="BatchNorm2dAttribute"/>, which cancels
        /// it.
        /// </summary>
        public bool Bias { get; set; } = LayerDefaults.Bias;
    }
}

namespace Nin.Layers
{
    /// <summary>A convolution, with the ReLU after it where its block has one.</summary>
    /// <inheritdoc cref="Layer{TIn, TOut}"/>
    /// <param name="parameters">Where <c>name.weight</c> and <c>name.bias</c> are.</param>
    /// <param name="name">Name in a checkpoint.</param>
    /// <param name="sizes">Sizes of one example.</param>
    /// <param name="relu">Whether negative results become zero.</param>
    public sealed class Conv2d<TIn, TOut>(ParameterSet parameters, string name, Conv2dSizes sizes, bool relu = false)
        : ConvolutionLayer<TIn, TOut>(parameters, name, sizes, relu)
        where TIn : struct, IShape
        where TOut : struct, IShape;
}
