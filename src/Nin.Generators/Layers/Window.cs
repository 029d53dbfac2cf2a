using Nin.Generators.Diagnostics;
using Nin.Generators.Spec;
using Nin.Shapes.Sizes;
using static System.FormattableString;

namespace Nin.Generators.Layers;

/// <summary>A square window and how it slides, for convolutions and pooling alike.</summary>
readonly record struct Window(int Kernel, int Stride, int Padding, int Dilation)
{
    /// <summary>Paddings tried for NIN101 before the message goes without one.</summary>
    const int PaddingsTried = 64;

    /// <summary>One pixel at a time.</summary>
    public static Window Pixel => new(1, 1, 0, 1);

    /// <summary>Reads the rest of a convolution's window, whose arguments are all named.</summary>
    public static Window ReadConvolution(ArgumentReader arguments, int kernel) => new(
        kernel,
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

    /// <summary>As <c>Architecture</c> has it.</summary>
    public IEnumerable<(string Name, double Value)> Arguments =>
        [("Kernel", Kernel), ("Stride", Stride), ("Padding", Padding), ("Dilation", Dilation)];

    /// <summary>For documentation: <c>3x3, stride 2</c>.</summary>
    public string Description =>
        Invariant($"{Kernel}x{Kernel}")
        + (Stride > 1 ? Invariant($", stride {Stride}") : "")
        + (Padding > 0 ? Invariant($", padding {Padding}") : "")
        + (Dilation > 1 ? Invariant($", dilation {Dilation}") : "");

    /// <summary>The output's rows and columns; null, and reported on <paramref name="kernelArgument"/>, where no window fits.</summary>
    public (long Height, long Width)? Slide(Placement at, string kernelArgument, long mostPadding)
    {
        Shape input = at.Input;
        long height = WindowSize.Output(input.Height, Kernel, Stride, Padding, Dilation);
        long width = WindowSize.Output(input.Width, Kernel, Stride, Padding, Dilation);
        if (height == 0 || width == 0)
        {
            ReportTooLarge(at, kernelArgument, mostPadding);
            return null;
        }

        ReportUnreadBorder(at, kernelArgument, mostPadding);
        return (height, width);
    }

    /// <summary>NIN005: no window fits the padded input.</summary>
    void ReportTooLarge(Placement at, string kernelArgument, long mostPadding)
    {
        Shape input = at.Input;
        long smaller = Math.Min(input.Height, input.Width);
        long kernel = (smaller + 2L * Padding - 1) / Dilation + 1;
        long padding = (Effective - smaller + 1) / 2;
        string dilated = Dilation == 1 ? "" : Invariant($" (kernel {Kernel}, dilation {Dilation})");
        string alternative = padding > mostPadding ? "" : Invariant($" or Padding >= {padding}");
        string padded = Invariant($"{input.Height + 2L * Padding}x{input.Width + 2L * Padding}");
        SuggestedFix smallerKernel = new(kernelArgument, Invariant($"{kernel}"));
        at.Report(
            Rules.WindowTooLarge,
            kernelArgument,
            $"window {Effective}x{Effective}{dilated} does not fit the padded input {padded} of {input}",
            $"use {kernelArgument} <= {kernel}{alternative}",
            suggested: padding > mostPadding ? [smallerKernel] : [new("Padding", Invariant($"{padding}")), smallerKernel]);
    }

    /// <summary>
    /// NIN101: rows or columns of the image itself at the far border lie in no window. Unread padding is no loss, and a window smaller than its
    /// stride leaves pixels out everywhere, on purpose, as the 1x1 convolution of a shortcut does.
    /// </summary>
    void ReportUnreadBorder(Placement at, string kernelArgument, long mostPadding)
    {
        Shape input = at.Input;
        if (Effective < Stride) return;

        (long rows, long columns) = (Unread(input.Height), Unread(input.Width));
        if (rows == 0 && columns == 0) return;

        long last = Math.Min(mostPadding, Padding + (long)PaddingsTried);
        long padding = Padding;
        do padding++;
        while (padding <= last && !(this with { Padding = (int)padding }).ReadsAll(input));
        string padded = padding <= last ? Invariant($"use Padding = {padding} or an") : "use an";
        at.Report(
            Rules.UnreadBorder,
            at.IsGiven("Stride") ? "Stride" : kernelArgument,
            $"no window reads the last {Count(rows, "row")} and {Count(columns, "column")} of {input}",
            $"{padded} input of {input.Height - rows}x{input.Width - columns} to lose none");
    }

    bool ReadsAll(Shape input) => Unread(input.Height) == 0 && Unread(input.Width) == 0;

    long Unread(long size) => Math.Max(0, WindowSize.Unread(size, Kernel, Stride, Padding, Dilation) - Padding);

    static string Count(long count, string noun) => count == 1 ? $"1 {noun}" : Invariant($"{count} {noun}s");
}
