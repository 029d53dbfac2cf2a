using Nin.Generators.Inference;
using Nin.Generators.Parsing;
using Nin.Generators.Spec;
using Nin.Shapes.Sizes;

namespace Nin.Generators.Layers;

/// <summary>A square window and how it slides, for convolutions and pooling alike.</summary>
readonly record struct Window(int Kernel, int Stride, int Padding, int Dilation)
{
    /// <summary>Reads a convolution's window, whose arguments are all named.</summary>
    public static Window ReadConvolution(ArgumentReader arguments) => new(
        arguments.Whole("Kernel", LayerDefaults.Kernel, least: 1),
        arguments.Whole("Stride", LayerDefaults.Stride, least: 1),
        arguments.Whole("Padding", LayerDefaults.Padding, least: 0),
        arguments.Whole("Dilation", LayerDefaults.Dilation, least: 1));

    /// <summary>Reads a pooling's window: the kernel stands in place, and the stride is the kernel unless given.</summary>
    public static Window ReadPooling(ArgumentReader arguments)
    {
        int kernel = arguments.Whole("kernel", fallback: null, least: 1);
        return new(
            kernel,
            arguments.Whole("Stride", kernel, least: 1),
            arguments.Whole("Padding", LayerDefaults.Padding, least: 0),
            LayerDefaults.Dilation);
    }

    /// <summary>The same for what the run time shares.</summary>
    public Window2d ToWindow2d() => Window2d.Square(Kernel, Stride, Padding, Dilation);

    public long Effective => WindowSize.Effective(Kernel, Dilation);

    /// <summary>The output's rows and columns; null, and reported on <paramref name="kernelArgument"/>, where no window fits.</summary>
    public (long Height, long Width)? Slide(Placement at, string kernelArgument, long mostPadding)
    {
        Shape input = at.Input;
        long height = WindowSize.Output(input.Height, Kernel, Stride, Padding, Dilation);
        long width = WindowSize.Output(input.Width, Kernel, Stride, Padding, Dilation);
        if (height == 0 || width == 0)
        {
            WindowChecks.ReportTooLarge(this, at, kernelArgument, mostPadding);
            return null;
        }

        WindowChecks.ReportUnreadBorder(this, at, kernelArgument, mostPadding);
        return (height, width);
    }
}
