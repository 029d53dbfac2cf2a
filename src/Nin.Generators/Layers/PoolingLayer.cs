using Nin.Generators.Diagnostics;
using Nin.Generators.Inference;
using Nin.Generators.Spec;
using Nin.Shapes.Sizes;

namespace Nin.Generators.Layers;

/// <summary>Pooling by a window.</summary>
abstract record PoolingLayer(string Kind, Window Window) : Layer(Kind)
{
    public sealed override Shape? Infer(Placement at)
    {
        if (!at.NeedsImage()) return null;

        long mostPadding = WindowSize.MaxPoolingPadding(Window.Kernel, Window.Dilation);
        if (Window.Padding > mostPadding)
        {
            at.Report(
                Rules.PaddingTooLarge,
                "Padding",
                $"padding {Window.Padding} is more than half the {Window.Kernel}x{Window.Kernel} window over {at.Input}",
                $"use Padding <= {mostPadding} or a kernel >= {2L * Window.Padding}");
            return null;
        }

        return Window.Slide(at, "kernel", mostPadding) is var (height, width) ? Shape.Chw(at.Input.Channels, height, width) : null;
    }

    public sealed override ReceptiveField See(ReceptiveField field, Shape input) => field.Slide(Window.Effective, Window.Stride);
}
