using Nin.Generators.Diagnostics;
using Nin.Shapes.Sizes;

namespace Nin.Generators.Layers;

/// <summary>Reads a window from a layer's arguments: each size either once for both axes, or by axis or side.</summary>
static class WindowArguments
{
    /// <summary>A convolution's; its kernel is required unless it has a default.</summary>
    /// <param name="arguments">The attribute's.</param>
    /// <param name="kernel">The default of the kernel; null where it must be given.</param>
    /// <param name="missing">What to do where it is missing.</param>
    public static Window ReadConvolution(ArgumentReader arguments, int? kernel, FormattableString missing)
    {
        (int height, int width) = Kernel(arguments, "Kernel", kernel, missing);
        return Read(arguments, height, width, LayerDefaults.Stride, LayerDefaults.Stride, Dilation(arguments));
    }

    /// <summary>A pooling's: the kernel is a positional argument, and the stride is the kernel unless given.</summary>
    public static Window ReadPooling(ArgumentReader arguments, bool dilates)
    {
        (int height, int width) = Kernel(arguments, "kernel", fallback: null, $"use a kernel of 2, say, or KernelHeight and KernelWidth");
        return Read(arguments, height, width, height, width, dilates ? Dilation(arguments) : (LayerDefaults.Dilation, LayerDefaults.Dilation));
    }

    static Window Read(ArgumentReader arguments, int height, int width, int strideHeight, int strideWidth, (int Down, int Right) dilation)
    {
        (int down, int right) = ByAxis(arguments, "Stride", "StrideHeight", "StrideWidth", strideHeight, strideWidth);
        bool same = arguments.Flag("Same", LayerDefaults.Same), ceil = arguments.Flag("CeilMode", LayerDefaults.Ceil);
        int all = arguments.Whole("Padding", LayerDefaults.Padding, least: 0);
        if (same) arguments.Exclude("Padding", "Same");
        (int top, int left, int bottom, int after) = (Side("PaddingTop"), Side("PaddingLeft"), Side("PaddingBottom"), Side("PaddingRight"));
        return new(new(height, down, top, bottom, dilation.Down, ceil), new(width, right, left, after, dilation.Right, ceil), same);

        int Side(string name)
        {
            arguments.Exclude(name, same ? "Same" : "Padding");
            return arguments.Whole(name, all, least: 0);
        }
    }

    static (int Down, int Right) Dilation(ArgumentReader arguments) =>
        ByAxis(arguments, "Dilation", "DilationHeight", "DilationWidth", LayerDefaults.Dilation, LayerDefaults.Dilation);

    static (int Height, int Width) Kernel(ArgumentReader arguments, string square, int? fallback, FormattableString missing)
    {
        bool hasHeight = arguments.IsGiven("KernelHeight"), hasWidth = arguments.IsGiven("KernelWidth");
        if (fallback is null && !hasHeight && !hasWidth)
        {
            int side = arguments.Given(square, least: 1, missing);
            return (side, side);
        }

        if (fallback is null && hasHeight != hasWidth && !arguments.IsGiven(square))
        {
            (string given, string other) = hasHeight ? ("KernelHeight", "KernelWidth") : ("KernelWidth", "KernelHeight");
            return (1, arguments.Without(given, other, least: 1));
        }

        return ByAxis(arguments, square, "KernelHeight", "KernelWidth", fallback ?? 1, fallback ?? 1);
    }

    static (int Height, int Width) ByAxis(
        ArgumentReader arguments, string both, string height, string width, int heightFallback, int widthFallback)
    {
        arguments.Exclude(height, both);
        arguments.Exclude(width, both);
        if (arguments.IsGiven(both))
        {
            int side = arguments.Whole(both, heightFallback, least: 1);
            return (side, side);
        }

        return (arguments.Whole(height, heightFallback, least: 1), arguments.Whole(width, widthFallback, least: 1));
    }
}
