using Nin.Ops;
using Nin.Shapes.Sizes;

namespace Nin
{
    /// <summary>
    /// The largest element of each window, channel by channel; padding is never the maximum.
    /// <c>channels x height x width</c> to <c>channels x outHeight x outWidth</c>, where
    /// <c>out = (size + 2 Padding - Dilation (kernel - 1) - 1) / Stride + 1</c>, rounded down unless <see cref="CeilMode"/> says otherwise.
    /// </summary>
    /// <param name="kernel">Side of the square window in pixels, 1 or more.</param>
    public sealed class MaxPool2dAttribute(int kernel) : WindowAttribute
    {
        /// <summary>A window whose height and width are given by name.</summary>
        public MaxPool2dAttribute()
            : this(0)
        {
        }

        /// <summary>Side of the square window in pixels; 0 where height and width are given.</summary>
        public int Kernel { get; } = kernel;

        /// <summary>Pixels from one window to the next, 1 or more. Default: the kernel, so that windows touch without overlapping.</summary>
        public int Stride { get; set; } = kernel;

        /// <summary>Rows and columns on each side, 0 to half the kernel. Default: 0.</summary>
        public int Padding { get; set; } = LayerDefaults.Padding;

        /// <summary>Pixels from one tap of the window to the next, 1 or more. Default: 1.</summary>
        public int Dilation { get; set; } = LayerDefaults.Dilation;

        /// <summary>Rows from one tap of the window to the next, 1 or more, in place of <see cref="Dilation"/>. Default: 1.</summary>
        public int DilationHeight { get; set; } = LayerDefaults.Dilation;

        /// <summary>Columns from one tap of the window to the next, 1 or more, in place of <see cref="Dilation"/>. Default: 1.</summary>
        public int DilationWidth { get; set; } = LayerDefaults.Dilation;

        /// <summary>
        /// Whether the output size is rounded up, so that a last window that starts inside the image or its leading padding may extend beyond the end
        /// (PyTorch's <c>ceil_mode</c>). Default: false.
        /// </summary>
        public bool CeilMode { get; set; } = LayerDefaults.Ceil;
    }
}

namespace Nin.Layers
{
    /// <summary>Max pooling.</summary>
    /// <inheritdoc cref="Layer{TIn, TOut}"/>
    /// <param name="device">Where it runs.</param>
    /// <param name="name">Its name in the network.</param>
    /// <param name="sizes">Sizes of one example.</param>
    public sealed class MaxPool2d<TIn, TOut>(Device device, string name, PoolSizes sizes)
        : StepLayer<TIn, TOut, MaxPoolStep>(device, name, new MaxPoolStep(sizes))
        where TIn : struct, IShape
        where TOut : struct, IShape;
}
