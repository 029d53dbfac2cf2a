using System.ComponentModel;
using Nin.Ops;
using Nin.Shapes.Sizes;

namespace Nin
{
    /// <summary>
    /// A NiN block (Lin, Chen and Yan 2013, arXiv 1312.4400; <i>Dive into Deep Learning</i>, chapter 7.3): a k x k convolution and
    /// after it 1x1 convolutions, a small network that slides over the image, with ReLU after each. <c>channels x height x width</c>
    /// to <c>lastFilters x outHeight x outWidth</c>.
    /// </summary>
    /// <param name="filters">Output channels of the k x k convolution, 1 or more.</param>
    /// <param name="pointwiseFilters">
    /// Output channels of each 1x1 convolution, in order; where none is given, <see cref="Pointwise"/> of them are as wide as the first.
    /// </param>
    /// <example>
    /// <code>
    /// [NinBlock(96, Kernel = 11, Stride = 4)]     // 11x11, 1x1, 1x1, each 96 wide
    /// [NinBlock(96, 64, 48, Kernel = 5)]          // 5x5 96 wide, 1x1 64 wide, 1x1 48 wide
    /// [NinBlock(96, Pointwise = 1, Kernel = 3)]   // 3x3 and one 1x1
    /// </code>
    /// </example>
    public sealed class NinBlockAttribute(int filters, params int[] pointwiseFilters) : WindowAttribute
    {
        /// <summary>A block whose 1x1 convolutions are as wide as the first one.</summary>
        /// <param name="filters">Output channels of each convolution, 1 or more.</param>
        public NinBlockAttribute(int filters)
            : this(filters, [])
        {
        }

        /// <summary>Output channels of the k x k convolution.</summary>
        public int Filters { get; } = filters;

        /// <summary>Output channels of the 1x1 convolutions where they were given individually, else empty.</summary>
        public int[] PointwiseFilters { get; } = pointwiseFilters;

        /// <summary>Side of the first convolution's square window in pixels, 1 or more. Default: 1.</summary>
        public int Kernel { get; set; } = LayerDefaults.Kernel;

        /// <summary>Pixels from one window of the first convolution to the next, 1 or more. Default: 1.</summary>
        public int Stride { get; set; } = LayerDefaults.Stride;

        /// <summary>Rows and columns of zeros on each side of the first convolution's input, 0 or more. Default: 0.</summary>
        public int Padding { get; set; } = LayerDefaults.Padding;

        /// <summary>
        /// How many 1x1 convolutions follow, 0 to 100, as wide as the first one. Default: 2. Cannot be combined with individual widths.
        /// </summary>
        public int Pointwise { get; set; } = LayerDefaults.BlockPointwise;

        /// <summary>
        /// Whether a ReLU follows the last convolution too. Default: true. Before the loss <c>false</c> is right, because a class
        /// whose logit a ReLU holds at zero never learns again; NIN102 warns there until the declaration says so.
        /// </summary>
        public bool LastRelu { get; set; } = LayerDefaults.LastRelu;

        /// <summary>Whether a <see cref="BatchNorm2dAttribute"/> comes after each convolution that a ReLU follows. Default: false.</summary>
        public bool BatchNorm { get; set; } = LayerDefaults.BatchNorm;

        /// <summary>Whether each convolution adds a bias per filter. Default: true; a normalisation after it cancels the bias.</summary>
        public bool Bias { get; set; } = LayerDefaults.Bias;
    }
}

namespace Nin.Layers
{
    /// <summary>
    /// A NiN block (Lin, Chen and Yan 2013): a convolution and 1x1 convolutions after it, with ReLU after each. Generated code derives one class per
    /// block, with its parts as typed properties.
    /// </summary>
    /// <inheritdoc cref="Layer{TIn, TOut}"/>
    public abstract class NinBlock<TIn, TOut> : Layer<TIn, TOut>
        where TIn : struct, IShape
        where TOut : struct, IShape
    {
        /// <param name="parameters">The network's parameters.</param>
        /// <param name="name">Its name in the network.</param>
        [EditorBrowsable(EditorBrowsableState.Never)]
        protected NinBlock(ParameterSet parameters, string name)
            : base(name, (parameters ?? throw new ArgumentNullException(nameof(parameters))).Device)
        {
        }

        /// <summary>Sets what the block computes, in order; called once, by the constructor of the derived class.</summary>
        [EditorBrowsable(EditorBrowsableState.Never)]
        protected void Compose(params IReadOnlyList<Step> steps) => Steps = steps;
    }

    /// <summary>A convolution with batch normalisation after it, and the ReLU after that where its block has one.</summary>
    /// <inheritdoc cref="Layer{TIn, TOut}"/>
    /// <param name="parameters">Where <c>name.weight</c> and <c>name.bias</c> are.</param>
    /// <param name="name">Name in a checkpoint.</param>
    /// <param name="sizes">Sizes of one example.</param>
    /// <param name="norm">The normalisation after it.</param>
    /// <param name="relu">Whether negative results become zero.</param>
    public sealed class NormalizedConv2d<TIn, TOut>(
        ParameterSet parameters, string name, Conv2dSizes sizes, BatchNorm2d<TOut> norm, bool relu = false)
        : StepLayer<TIn, TOut, NormalizedConvolutionStep>(
            parameters.Device, name,
            new NormalizedConvolutionStep(
                sizes, parameters[$"{name}.weight"], parameters.TryGet($"{name}.bias", out var bias) ? bias : null, norm.Step.Normalization, relu))
        where TIn : struct, IShape
        where TOut : struct, IShape
    {
        /// <summary><c>[out, in / groups, kernel, kernel]</c>.</summary>
        public Parameter Weight => Step.Convolution.Weight;

        /// <summary><c>[out]</c>, or null.</summary>
        public Parameter? Bias => Step.Convolution.Bias;
    }
}
