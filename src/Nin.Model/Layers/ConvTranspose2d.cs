using Nin.Ops;
using Nin.Shapes.Sizes;

namespace Nin
{
    /// <summary>
    /// A transposed 2-D convolution, which enlarges an image (PyTorch's <c>ConvTranspose2d</c>): <c>channels x height x width</c> to
    /// <c>filters x outHeight x outWidth</c>, where <c>out = (size - 1) Stride - 2 Padding + Dilation (Kernel - 1) + OutputPadding + 1</c>. It is the gradient
    /// of a <see cref="Conv2dAttribute"/> with the same window, from <c>out</c> to <c>size</c>; with <c>Same</c>, <c>out = size Stride</c>.
    /// </summary>
    /// <param name="filters">Output channels, 1 or more.</param>
    public sealed class ConvTranspose2dAttribute(int filters) : WindowAttribute
    {
        /// <summary>Output channels.</summary>
        public int Filters { get; } = filters;

        /// <summary>Side of the square window in pixels of the output, 1 or more. Must be given unless height and width are.</summary>
        public int Kernel { get; set; }

        /// <summary>Pixels of the output from one window to the next, 1 or more: how many times larger the image becomes. Default: 1.</summary>
        public int Stride { get; set; } = LayerDefaults.Stride;

        /// <summary>Rows and columns that are cut off the output on each side, 0 or more. Default: 0.</summary>
        public int Padding { get; set; } = LayerDefaults.Padding;

        /// <summary>
        /// Rows and columns that are added below and to the right, 0 or more and less than the stride, since several sizes lead to the same one with
        /// a stride. Default: 0.
        /// </summary>
        public int OutputPadding { get; set; } = LayerDefaults.Padding;

        /// <summary>Rows that are added below, in place of <see cref="OutputPadding"/>. Default: 0.</summary>
        public int OutputPaddingHeight { get; set; } = LayerDefaults.Padding;

        /// <summary>Columns that are added to the right, in place of <see cref="OutputPadding"/>. Default: 0.</summary>
        public int OutputPaddingWidth { get; set; } = LayerDefaults.Padding;

        /// <summary>Pixels from one tap of the window to the next, 1 or more. Default: 1.</summary>
        public int Dilation { get; set; } = LayerDefaults.Dilation;

        /// <summary>Rows from one tap of the window to the next, 1 or more, in place of <see cref="Dilation"/>. Default: 1.</summary>
        public int DilationHeight { get; set; } = LayerDefaults.Dilation;

        /// <summary>Columns from one tap of the window to the next, 1 or more, in place of <see cref="Dilation"/>. Default: 1.</summary>
        public int DilationWidth { get; set; } = LayerDefaults.Dilation;

        /// <summary>Groups of channels that are connected only to each other; divides the input channels and the filters. Default: 1.</summary>
        public int Groups { get; set; } = LayerDefaults.Groups;

        /// <summary>Whether a bias per filter is added. Default: true; <c>false</c> before <see cref="BatchNorm2dAttribute"/>, which cancels it.</summary>
        public bool Bias { get; set; } = LayerDefaults.Bias;
    }
}

namespace Nin.Layers
{
    /// <summary>A transposed convolution.</summary>
    /// <inheritdoc cref="Layer{TIn, TOut}"/>
    /// <param name="parameters">Where <c>name.weight</c> and <c>name.bias</c> are.</param>
    /// <param name="name">Name in a checkpoint.</param>
    /// <param name="reverse">Sizes of the convolution from what it gives to what it takes.</param>
    public sealed class ConvTranspose2d<TIn, TOut>(ParameterSet parameters, string name, Conv2dSizes reverse)
        : StepLayer<TIn, TOut, TransposedConvolutionStep>(
            parameters.Device, name,
            new TransposedConvolutionStep(reverse, parameters[$"{name}.weight"], parameters.TryGet($"{name}.bias", out var bias) ? bias : null))
        where TIn : struct, IShape
        where TOut : struct, IShape
    {
        /// <summary><c>[in, out / groups, kernel, kernel]</c>.</summary>
        public Parameter Weight => Step.Parameters[0];

        /// <summary><c>[out]</c>, or null.</summary>
        public Parameter? Bias => Step.Parameters.Count > 1 ? Step.Parameters[1] : null;
    }
}
