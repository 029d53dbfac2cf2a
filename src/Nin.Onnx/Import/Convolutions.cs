using Nin.Onnx.Schema;
using Nin.Shapes.Sizes;

namespace Nin.Onnx;

/// <summary>Nodes that slide a window over an image, or take all of it.</summary>
static class Convolutions
{
    /// <summary>The most pixels of padding on one side: more is damage.</summary>
    const int MostPadding = 1 << 16;

    public static Value Convolution(GraphReader graph, NodeProto node)
    {
        var weight = graph.FindConstant(node, 1) ?? throw new InvalidDataException($"node '{node.Label}' (Conv) lacks its weights");
        if (weight.Dims.Length != 4) throw new NotSupportedException($"its weights have {weight.Dims.Length} dimensions; only convolutions over height and width are supported");
        int[] dims = Array.ConvertAll(weight.Dims, d => (int)d);
        var bias = graph.FindConstant(node, 2);
        var given = graph.Require(node, 0);
        RequireZeros(given);
        var window = WindowReader.Read(graph, node, given, dims[2], dims[3]);
        long group = node.Int("group", 1);
        int groups = group is >= 0 and <= int.MaxValue ? (int)group : 0;
        var x = window.Input;
        if (groups < 1 || dims[0] < 1 || (long)dims[1] * groups != x.Shape.Channels || dims[0] % groups != 0 || (bias is not null && bias.Length != dims[0]))
            throw new InvalidDataException(
                $"node '{node.Label}' (Conv) has weights [{Wording.Listing(dims)}], {(bias is null ? "no bias" : $"{bias.Length} biases")} and {group} groups for an input of {x.Shape}");

        List<LayerArgument> arguments = [new("Filters", dims[0])];
        bool pixel = window.IsPixel && groups == 1;
        if (!pixel) arguments.AddRange(window.ConvolutionArguments());
        if (groups > 1) arguments.Add(new("Groups", groups));
        if (bias is null) arguments.Add(new("Bias", 0));
        List<ImportedTensor> weights = [new("weight", dims, weight.ToFloats(), node.Input[1])];
        if (bias is not null) weights.Add(new("bias", [dims[0]], bias.ToFloats(), node.Input[2]));
        return graph.Add(pixel ? "Pointwise" : "Conv2d", window.Output(node, dims[0]), [.. arguments], [.. weights], x.Layer);
    }

    public static Value MaxPool(GraphReader graph, NodeProto node) => Pool(graph, node, "MaxPool2d", []);

    public static Value AveragePool(GraphReader graph, NodeProto node) =>
        Pool(graph, node, "AvgPool2d", node.Int("count_include_pad", 0) == 0 ? [new("CountIncludePad", 0)] : []);

    static LayerValue Pool(GraphReader graph, NodeProto node, string kind, LayerArgument[] more)
    {
        int[] kernel = node.Ints("kernel_shape");
        if (kernel.Length != 2) throw new NotSupportedException($"its window has {kernel.Length} dimensions, not 2");
        var window = WindowReader.Read(graph, node, graph.Require(node, 0), kernel[0], kernel[1]);
        if (Math.Max(window.Rows.Dilation, window.Columns.Dilation) != 1 && kind != "MaxPool2d") throw new NotSupportedException("its window is dilated, which only a maximum's can be");
        string auto = node.Text("auto_pad", "NOTSET");
        if (auto is "SAME_UPPER" or "SAME_LOWER" && Math.Max(window.Rows.Effective - window.Rows.Kernel, window.Columns.Effective - window.Columns.Kernel) > 0)
            throw new NotSupportedException($"its window is dilated and its auto_pad is {auto}: the standard and ONNX Runtime differ on what that gives");
        RequirePadding(window.Rows);
        RequirePadding(window.Columns);
        if (graph.Require(node, 0) is Padded padding)
        {
            RequireOwnPadding(graph, node, kind, padding, window);
            more = [];
        }

        bool padded = window.Same || window.Rows.Before + window.Rows.After + window.Columns.Before + window.Columns.After > 0;
        if (!padded && !window.Rows.Ceil) more = [];
        return graph.Add(kind, window.Output(node, window.Input.Shape.Channels), [.. window.PoolingArguments(), .. more], [], window.Input.Layer);
    }

    static void RequirePadding(WindowAxis axis)
    {
        long most = WindowSize.MaxPoolingPadding(axis.Kernel, axis.Dilation);
        if (Math.Max(axis.Before, axis.After) > most)
            throw new NotSupportedException($"its padding of {axis.Before} and {axis.After} is more than half of its window of {axis.Kernel}, the most that a pooling layer takes");
    }

    static void RequireZeros(Value value)
    {
        if (value is Padded { Filling: not 0 }) throw new NotSupportedException("minus infinity is padded before it, which only a maximum leaves out");
    }

    /// <summary>
    /// Whether what another node put around the image may be pooling's own padding: a mean counts zeros, if it counts its own; a maximum leaves its own out, as it
    /// does minus infinity, which changes nothing for zeros either where no pixel is negative, since every window has a pixel of the image.
    /// </summary>
    static void RequireOwnPadding(GraphReader graph, NodeProto node, string kind, Padded padding, WindowReader window)
    {
        if (window.Rows.Ceil) throw new NotSupportedException("it is padded by the node before it, and its size is rounded up");
        if (kind == "AvgPool2d")
        {
            RequireZeros(padding);
            bool padsItself = node.Ints("pads", 0, 0, 0, 0).Any(p => p != 0) || node.Text("auto_pad", "NOTSET").StartsWith("SAME", StringComparison.Ordinal);
            if (padsItself && node.Int("count_include_pad", 0) == 0) throw new NotSupportedException("zeros are padded before it, which it counts, and by itself, which it does not");
        }
        else if (padding.Filling == 0 && (padding.Of.Layer < 0 || !IsNeverNegative(graph.Layers[padding.Of.Layer])))
        {
            throw new NotSupportedException("zeros are padded before it, which may be larger than its pixels: that is supported only after an activation without negative values");
        }
    }

    static bool IsNeverNegative(ImportedLayer layer) => layer.Kind is "Relu" or "Relu6" or "Sigmoid" or "HardSigmoid" || layer is { Kind: "HardTanh" } && layer["Min"] >= 0;

    public static Value Global(GraphReader graph, NodeProto node, string kind) => Global(graph, node, graph.Layer(node, 0), kind);

    static LayerValue Global(GraphReader graph, NodeProto node, LayerValue x, string kind)
    {
        Require(node, x);
        return graph.Add(kind, new Shape(x.Shape.Channels, 1, 1), [], [], x.Layer);
    }

    /// <summary>The mean over height and width, as some exporters write global average pooling, in one node or, an axis each, in two; or the mean of numbers.</summary>
    public static Value ReduceMean(GraphReader graph, NodeProto node)
    {
        var value = graph.Require(node, 0);
        if (value is Constant) return NumberNodes.Reduce(graph, node, numbers => numbers.Average());
        bool keeps = node.Int("keepdims", 1) != 0;
        long[] axes = graph.Integers(node, "axes", 1);
        int rank = value is PartOfMean { Kept: false } ? 3 : 4;
        long[] taken = Shapes.FromFirst(axes, rank);
        if (value is PartOfMean half)
        {
            long other = half.Kept ? 5 - half.Axis : 2;
            if (taken is not [var axis] || axis != other || keeps != half.Kept)
                throw new NotSupportedException($"after the mean over one axis it takes one over {Wording.Listing(axes)}; the mean over height and width is supported, with both kept or neither");
            return Mean(half.Of);
        }

        var x = graph.Materialize(value);
        Require(node, x);
        if (taken is [2] or [3]) return new PartOfMean(x, taken[0], keeps);
        if (taken is not [2, 3])
            throw new NotSupportedException($"it takes the mean over the axes {Wording.Listing(axes)}; only height and width together are supported");
        return Mean(x);

        LayerValue Mean(LayerValue of)
        {
            var pooled = Global(graph, node, of, "GlobalAvgPool2d");
            return keeps ? pooled : graph.Add("Flatten", Shape.Flat(pooled.Shape.Channels), [], [], pooled.Layer);
        }
    }

    public static Value Pad(GraphReader graph, NodeProto node)
    {
        string mode = node.Text("mode", "constant");
        if (mode != "constant") throw new NotSupportedException($"its mode is {mode}; only zeros are supported");
        float filling = graph.FindConstant(node, 2) is { Length: 1 } given ? given.ToFloats()[0] : node.Float("value", 0);
        // The lowest number is what those write that have no infinity.
        if (filling <= float.MinValue) filling = float.NegativeInfinity;
        if (filling is not (0 or float.NegativeInfinity)) throw new NotSupportedException($"it pads with {filling:R}; only zeros, and minus infinity before a maximum, are supported");
        long[] pads = graph.Integers(node, "pads", 1);
        if (graph.FindConstant(node, 3) is { } axes) pads = OfAllAxes(pads, axes.Integers ?? []);
        var value = graph.Require(node, 0);
        var inner = value as Padded ?? new Padded(graph.Materialize(value), 0, 0, 0, 0, filling);
        if (pads.All(p => p == 0)) return value is Padded ? value : inner.Of;
        if (pads.Length != 8 || pads[0] != 0 || pads[1] != 0 || pads[4] != 0 || pads[5] != 0 || pads.Any(p => p is < 0 or > MostPadding))
            throw new NotSupportedException($"it pads by [{Wording.Listing(pads)}]; only height and width can be padded, by 0 or more");
        if (inner.Filling != filling) throw new NotSupportedException($"it pads with {filling:R} what was padded with {inner.Filling:R} before");
        int[] sides = [inner.Top + (int)pads[2], inner.Left + (int)pads[3], inner.Bottom + (int)pads[6], inner.Right + (int)pads[7]];
        if (sides.Max() > MostPadding) throw new NotSupportedException($"it and the nodes before it pad by [{Wording.Listing(sides)}]; {MostPadding} is the most");
        return new Padded(inner.Of, sides[0], sides[1], sides[2], sides[3], filling);
    }

    /// <summary>Padding of some of an image's axes, before each and after each, as padding of all four.</summary>
    static long[] OfAllAxes(long[] pads, long[] axes)
    {
        if (pads.Length != 2 * axes.Length || axes.Any(a => a is < -4 or > 3)) throw new NotSupportedException($"it pads by [{Wording.Listing(pads)}] along the axes {Wording.Listing(axes)}");
        long[] all = new long[8];
        for (int i = 0; i < axes.Length; i++)
        {
            int axis = (int)(axes[i] < 0 ? axes[i] + 4 : axes[i]);
            (all[axis], all[4 + axis]) = (pads[i], pads[axes.Length + i]);
        }

        return all;
    }

    static void Require(NodeProto node, LayerValue x)
    {
        if (x.Shape.IsFlat) throw new InvalidDataException($"node '{node.Label}' ({node.OpType}) needs an image, and reads {x.Shape}");
    }
}

/// <summary>A window as ONNX describes it.</summary>
/// <param name="Input">What it slides over.</param>
/// <param name="Rows">From top to bottom.</param>
/// <param name="Columns">From left to right.</param>
/// <param name="Same">Whether the padding is what <c>SAME_UPPER</c> asks for.</param>
sealed record WindowReader(LayerValue Input, WindowAxis Rows, WindowAxis Columns, bool Same)
{
    /// <summary>Whether it is one pixel, moved by one.</summary>
    public bool IsPixel => Rows == new WindowAxis(1) && Columns == new WindowAxis(1);

    public static WindowReader Read(GraphReader graph, NodeProto node, Value value, int height, int width)
    {
        var padding = value as Padded;
        var x = padding?.Of ?? graph.Materialize(value);
        if (x.Shape.IsFlat) throw new InvalidDataException($"node '{node.Label}' ({node.OpType}) needs an image, and reads {x.Shape}");
        int[] shape = node.Ints("kernel_shape", height, width), strides = node.Ints("strides", 1, 1), dilations = node.Ints("dilations", 1, 1), pads = node.Ints("pads", 0, 0, 0, 0);
        if (shape is not [var h, var w] || strides.Length != 2 || dilations.Length != 2 || pads.Length != 4 || h < 1 || w < 1 || strides.Min() < 1 || dilations.Min() < 1
            || pads.Min() < 0 || pads.Max() > 1 << 16 || (h, w) != (height, width))
            throw new InvalidDataException(
                $"node '{node.Label}' ({node.OpType}) has the window [{Wording.Listing(shape)}], strides [{Wording.Listing(strides)}], dilations [{Wording.Listing(dilations)}] and pads [{Wording.Listing(pads)}]");
        bool ceil = node.Int("ceil_mode", 0) != 0;
        var rows = new WindowAxis(h, strides[0], pads[0], pads[2], dilations[0], ceil);
        var columns = new WindowAxis(w, strides[1], pads[1], pads[3], dilations[1], ceil);
        string auto = node.Text("auto_pad", "NOTSET");
        if (auto is "SAME_UPPER" or "SAME_LOWER")
        {
            // Of what it reads: zeros that another node put around the image count.
            int top = padding?.Top ?? 0, left = padding?.Left ?? 0, bottom = padding?.Bottom ?? 0, right = padding?.Right ?? 0;
            (rows, columns) = (rows.PaddedToSame(x.Shape.Height + top + bottom), columns.PaddedToSame(x.Shape.Width + left + right));
            if (auto == "SAME_LOWER") (rows, columns) = (Swapped(rows), Swapped(columns));
        }
        else if (auto is not ("NOTSET" or "VALID" or ""))
        {
            throw new NotSupportedException($"its auto_pad is {auto}");
        }

        if (auto == "VALID") (rows, columns) = (rows with { Before = 0, After = 0 }, columns with { Before = 0, After = 0 });
        if (padding is not null)
        {
            rows = rows with { Before = rows.Before + padding.Top, After = rows.After + padding.Bottom };
            columns = columns with { Before = columns.Before + padding.Left, After = columns.After + padding.Right };
        }

        return new(x, rows, columns, Same: false);
    }

    /// <summary>Shape of one example that comes out.</summary>
    public Shape Output(NodeProto node, int channels)
    {
        long height = Rows.Output(Input.Shape.Height), width = Columns.Output(Input.Shape.Width);
        if (height < 1 || width < 1)
            throw new InvalidDataException($"node '{node.Label}' ({node.OpType}) has a window of {Rows.Kernel}x{Columns.Kernel}, larger than its input, {Input.Shape} with padding");
        return Checked.Image($"what node '{node.Label}' ({node.OpType}) gives", channels, height, width);
    }

    /// <summary>A convolution's arguments, without those that are the default.</summary>
    public IEnumerable<LayerArgument> ConvolutionArguments()
    {
        foreach (var kernel in ByAxis("Kernel", Rows.Kernel, Columns.Kernel)) yield return kernel;
        foreach (var stride in ByAxis("Stride", Rows.Stride, Columns.Stride).Where(s => s.Value != 1 || s.Name != "Stride")) yield return stride;
        foreach (var side in Padding()) yield return side;
        foreach (var dilation in DilationArguments) yield return dilation;
    }

    /// <summary>A pooling's arguments, without those that are the default: the stride is the kernel unless given.</summary>
    public IEnumerable<LayerArgument> PoolingArguments()
    {
        foreach (var kernel in ByAxis("Kernel", Rows.Kernel, Columns.Kernel)) yield return kernel;
        if ((Rows.Stride, Columns.Stride) != (Rows.Kernel, Columns.Kernel))
            foreach (var stride in ByAxis("Stride", Rows.Stride, Columns.Stride)) yield return stride;
        foreach (var side in Padding()) yield return side;
        foreach (var dilation in DilationArguments) yield return dilation;
        if (Rows.Ceil) yield return new("CeilMode", 1);
    }

    IEnumerable<LayerArgument> DilationArguments =>
        ByAxis("Dilation", Rows.Dilation, Columns.Dilation).Where(d => d.Value != 1 || d.Name != "Dilation");

    static WindowAxis Swapped(WindowAxis axis) => axis with { Before = axis.After, After = axis.Before };

    static IEnumerable<LayerArgument> ByAxis(string name, int height, int width) =>
        height == width ? [new(name, height)] : [new($"{name}Height", height), new($"{name}Width", width)];

    IEnumerable<LayerArgument> Padding()
    {
        (string Name, int Value)[] sides =
            [("PaddingTop", Rows.Before), ("PaddingLeft", Columns.Before), ("PaddingBottom", Rows.After), ("PaddingRight", Columns.After)];
        if (sides.All(s => s.Value == sides[0].Value)) return sides[0].Value == 0 ? [] : [new("Padding", sides[0].Value)];
        return sides.Where(s => s.Value > 0).Select(s => new LayerArgument(s.Name, s.Value));
    }
}
