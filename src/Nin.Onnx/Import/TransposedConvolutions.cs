using Nin.Onnx.Schema;
using Nin.Shapes.Sizes;

namespace Nin.Onnx;

/// <summary>Convolutions that enlarge an image.</summary>
static class TransposedConvolutions
{
    public static Value Read(GraphReader graph, NodeProto node)
    {
        string label = $"node '{node.Label}' (ConvTranspose)";
        var weight = graph.FindConstant(node, 1) ?? throw new InvalidDataException($"{label} lacks its weights");
        if (weight.Dims.Length != 4) throw new NotSupportedException($"its weights have {weight.Dims.Length} dimensions; only height and width are supported");
        int[] dims = Array.ConvertAll(weight.Dims, d => (int)d);
        var bias = graph.FindConstant(node, 2);
        var x = graph.Layer(node, 0);
        if (x.Shape.IsFlat) throw new InvalidDataException($"{label} needs an image, and reads {x.Shape}");
        long group = node.Int("group", 1);
        int groups = group is >= 1 and <= int.MaxValue ? (int)group : 0;
        long filters = (long)dims[1] * groups;
        if (groups < 1 || dims[1] < 1 || dims[0] != x.Shape.Channels || dims[0] % groups != 0 || filters > int.MaxValue || (bias is not null && bias.Length != filters))
            throw new InvalidDataException(
                $"{label} has weights [{Wording.Listing(dims)}], {(bias is null ? "no bias" : $"{bias.Length} biases")} and {group} groups for an input of {x.Shape}");

        var (rows, columns, added) = Axes(node, label, x.Shape, dims[2], dims[3]);
        var output = Checked.Image($"what {label} gives", filters, rows.Enlarged(x.Shape.Height, added[0]), columns.Enlarged(x.Shape.Width, added[1]));
        List<LayerArgument> arguments = [new("Filters", filters), .. new WindowReader(x, rows, columns, Same: false).ConvolutionArguments()];
        if (added[0] == added[1] && added[0] > 0) arguments.Add(new("OutputPadding", added[0]));
        else if (added[0] != added[1]) arguments.AddRange([new("OutputPaddingHeight", added[0]), new("OutputPaddingWidth", added[1])]);
        if (groups > 1) arguments.Add(new("Groups", groups));
        if (bias is null) arguments.Add(new("Bias", 0));
        List<ImportedTensor> weights = [new("weight", dims, weight.ToFloats(), node.Input[1])];
        if (bias is not null) weights.Add(new("bias", [(int)filters], bias.ToFloats(), node.Input[2]));
        return graph.Add("ConvTranspose2d", output, [.. arguments], [.. weights], x.Layer);
    }

    /// <summary>The window's axes, and what is added to the output of each: padding may be given as such, or by the size that it leads to.</summary>
    static (WindowAxis Rows, WindowAxis Columns, int[] Added) Axes(NodeProto node, string label, Shape x, int height, int width)
    {
        int[] kernel = node.Ints("kernel_shape", height, width), strides = node.Ints("strides", 1, 1), dilations = node.Ints("dilations", 1, 1);
        int[] pads = node.Ints("pads", 0, 0, 0, 0), added = node.Ints("output_padding", 0, 0);
        long[] wanted = Array.ConvertAll(node.Ints("output_shape"), n => (long)n);
        if (kernel is not [var h, var w] || (h, w) != (height, width) || h < 1 || w < 1 || strides.Length != 2 || dilations.Length != 2 || pads.Length != 4 || added.Length != 2
            || strides.Min() < 1 || dilations.Min() < 1 || pads.Min() < 0 || pads.Max() > 1 << 16 || added.Min() < 0 || wanted.Length is not (0 or 2))
            throw new InvalidDataException(
                $"{label} has the window [{Wording.Listing(kernel)}], strides [{Wording.Listing(strides)}], dilations [{Wording.Listing(dilations)}], pads [{Wording.Listing(pads)}], " +
                $"output_padding [{Wording.Listing(added)}] and output_shape [{Wording.Listing(wanted)}]");
        for (int i = 0; i < 2; i++)
        {
            if (added[i] >= strides[i]) throw new NotSupportedException($"its output_padding is {added[i]}, and not less than its stride, {strides[i]}");
        }

        string auto = node.Text("auto_pad", "NOTSET");
        if (auto is not ("NOTSET" or "VALID" or "SAME_UPPER" or "SAME_LOWER" or "")) throw new NotSupportedException($"its auto_pad is {auto}");
        if (auto == "VALID") pads = [0, 0, 0, 0];
        bool isAsked = wanted.Length > 0;
        if (!isAsked && auto is "SAME_UPPER" or "SAME_LOWER") wanted = [(long)x.Height * strides[0], (long)x.Width * strides[1]];
        return (Axis(0, x.Height), Axis(1, x.Width), added);

        WindowAxis Axis(int i, int size)
        {
            var axis = new WindowAxis(kernel[i], strides[i], pads[i], pads[i + 2], dilations[i]);
            if (wanted.Length == 0) return axis;
            long cut = (axis with { Before = 0, After = 0 }).Enlarged(size, added[i]) - wanted[i];
            if (cut < 0 && !isAsked) throw new NotSupportedException($"its auto_pad is {auto}, but its window of {axis.Effective} is smaller than its stride of {axis.Stride}: the standard and ONNX Runtime differ on what that gives");
            if (cut < 0 && added[i] - cut < strides[i])
            {
                // Windows that do not reach each other: what is missing comes after the last.
                added[i] -= (int)cut;
                cut = 0;
            }

            if (cut is < 0 or > 1 << 16) throw new NotSupportedException($"its output of {Wording.Listing(wanted)} is larger than its window makes of {x}, or much smaller");
            // The odd pixel is cut off below, or to the right, where SAME_UPPER says so, and otherwise above.
            int half = (int)(cut / 2), other = (int)(cut - half);
            return auto == "SAME_UPPER" ? axis with { Before = half, After = other } : axis with { Before = other, After = half };
        }
    }
}
