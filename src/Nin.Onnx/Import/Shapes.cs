using Nin.Onnx.Schema;
using static Nin.Onnx.Schema.TensorProto.Types;

namespace Nin.Onnx;

/// <summary>
/// Nodes that change a shape or compute one. The batch's size is not known, and stands as -1 in shapes: what exporters write around
/// <c>view(x.size(0), -1)</c> amounts to the same.
/// </summary>
static class Shapes
{
    public static Value Flatten(GraphReader graph, NodeProto node)
    {
        long axis = node.Int("axis", 1);
        if (graph.Require(node, 0) is Constant numbers) return FlattenNumbers(node, numbers, axis);
        return OfLogits(graph, node, x =>
        {
            long first = axis < 0 ? axis + (x.Shape.IsFlat ? 2 : 4) : axis;
            // One row of all examples is the row of the one that there is.
            if (first != 1 && !(first == 0 && graph.Batch == 1)) throw new NotSupportedException($"its axis is {axis}; only 1, which leaves a row for each example, is supported");
            return ToFeatures(graph, x);
        });
    }

    /// <summary>What a node makes of a value; also of logits whose softmax comes before it, which is that of the same classes as long as they are of one pixel.</summary>
    static Value OfLogits(GraphReader graph, NodeProto node, Func<LayerValue, Value> read)
    {
        var value = graph.Require(node, 0);
        return value is Ended { Logits.Shape.Pixels: 1 } ended && read(ended.Logits) is LayerValue logits ? ended with { Logits = logits } : read(graph.Materialize(value));
    }

    static Constant FlattenNumbers(NodeProto node, Constant numbers, long axis)
    {
        long[] dims = numbers.Dims;
        if (axis < 0) axis += dims.Length;
        if (axis < 0 || axis > dims.Length) throw new InvalidDataException($"node '{node.Label}' (Flatten) has the axis {axis} for numbers of the shape [{Wording.Listing(dims)}]");
        return numbers with { Dims = [Tables.Length(node, dims[..(int)axis]), Tables.Length(node, dims[(int)axis..])] };
    }

    public static Value Reshape(GraphReader graph, NodeProto node)
    {
        long[] shape = graph.Integers(node, "shape", 1);
        if (graph.Require(node, 0) is Constant numbers) return numbers with { Dims = Reshaped(node, numbers, shape) };
        return OfLogits(graph, node, x => Reshaped(graph, x, shape));
    }

    static LayerValue Reshaped(GraphReader graph, LayerValue x, long[] shape)
    {
        // 0 keeps the size, -1 is what is left; the first is the batch.
        bool batch = shape.Length > 0 && (shape[0] is 0 or -1 || shape[0] == Math.Max(1, graph.Batch));
        if (batch && x.Shape.IsFlat && shape is [_, var channels, 1, 1] && Matches(channels, x.Shape.Channels)) return OnePixel(graph, x);
        long features = x.Shape.Length;
        if (batch && shape.Length == 2 && (shape[1] == features || shape[1] == -1)) return ToFeatures(graph, x);
        if (batch && shape.Length == 4 && !x.Shape.IsFlat && Matches(shape[1], x.Shape.Channels) && Matches(shape[2], x.Shape.Height) && Matches(shape[3], x.Shape.Width)) return x;
        throw new NotSupportedException($"it gives {x.Shape} the shape [{Wording.Listing(shape)}]; only flattening to features is supported");

        static bool Matches(long asked, int size) => asked == size || asked is 0 or -1;
    }

    static long[] Reshaped(NodeProto node, Constant numbers, long[] shape)
    {
        string problem = $"node '{node.Label}' (Reshape) gives {numbers.Length} numbers the shape [{Wording.Listing(shape)}]";
        if (shape.Length > Limits.MostDimensions || shape.Count(d => d < 0) > 1 || shape.Any(d => d is < -1 or > int.MaxValue)) throw new InvalidDataException(problem);
        // 0 keeps the size at its place, unless the node says that it is one.
        bool keeps = node.Int("allowzero", 0) == 0;
        long[] dims = [.. shape.Select((d, i) => d != 0 || !keeps ? d : i < numbers.Dims.Length ? numbers.Dims[i] : -2)];
        Int128 known = 1;
        foreach (long d in dims.Where(d => d != -1))
        {
            known *= d;
            // Else it goes past what a number holds.
            if (known > numbers.Length) break;
        }

        int open = Array.IndexOf(dims, -1);
        if (open >= 0 && known > 0) known *= dims[open] = (long)(numbers.Length / known);
        return known == numbers.Length && dims.All(d => d >= 0) ? dims : throw new InvalidDataException(problem);
    }

    public static Value Squeeze(GraphReader graph, NodeProto node)
    {
        var value = graph.Require(node, 0);
        long[] axes = graph.Integers(node, "axes", 1);
        if (value is Constant numbers) return SqueezeNumbers(node, numbers, axes);
        if (value is HalfPixel half && (axes.Length == 0 || FromFirst(axes, 3) is [2])) return half.Of;
        return OfLogits(graph, node, x => Squeezed(graph, x, axes));
    }

    static Value Squeezed(GraphReader graph, LayerValue x, long[] axes)
    {
        if (!x.Shape.IsFlat && x.Shape.Pixels == 1)
        {
            if (axes.Length == 0 || FromFirst(axes, 4) is [2, 3]) return ToFeatures(graph, x);
            if (FromFirst(axes, 4) is [2] or [3]) return new HalfPixel(ToFeatures(graph, x));
        }

        throw new NotSupportedException($"it squeezes {x.Shape}; only height and width of one pixel can be");
    }

    static Constant SqueezeNumbers(NodeProto node, Constant numbers, long[] axes)
    {
        int rank = numbers.Dims.Length;
        long[] left = FromFirst(axes, rank);
        if (left.Any(a => a < 0 || a >= rank || numbers.Dims[a] != 1))
            throw new InvalidDataException($"node '{node.Label}' (Squeeze) leaves out the axes {Wording.Listing(axes)} of numbers of the shape [{Wording.Listing(numbers.Dims)}]");
        return numbers with { Dims = [.. numbers.Dims.Where((d, i) => axes.Length == 0 ? d != 1 : !left.Contains(i))] };
    }

    /// <summary>Axes in their order, those that count from the last as they count from the first.</summary>
    public static long[] FromFirst(long[] axes, int rank) => [.. axes.Select(a => a < 0 ? a + rank : a).Order()];

    public static Value Unsqueeze(GraphReader graph, NodeProto node)
    {
        if (graph.Require(node, 0) is not Constant numbers) return UnsqueezeValue(graph, node);
        long[] axes = graph.Integers(node, "axes", 1);
        var dims = numbers.Dims.ToList();
        int rank = dims.Count + axes.Length;
        if (rank > Limits.MostDimensions) throw new NotSupportedException($"it gives numbers {rank} dimensions; {Limits.MostDimensions} are the most");
        foreach (long axis in FromFirst(axes, rank)) dims.Insert((int)Math.Clamp(axis, 0, dims.Count), 1);
        return numbers with { Dims = [.. dims] };
    }

    /// <summary>Features that become an image of one pixel, in one node or in two: the last step before squeeze-and-excitation multiplies by them.</summary>
    static Value UnsqueezeValue(GraphReader graph, NodeProto node)
    {
        var value = graph.Require(node, 0);
        bool begun = value is HalfPixel;
        var x = value is HalfPixel half ? half.Of : graph.Materialize(value);
        long[] axes = graph.Integers(node, "axes", 1);
        int rank = (begun ? 3 : 2) + axes.Length;
        long[] added = FromFirst(axes, rank);
        bool together = !begun && added is [2, 3], second = begun && added is [2] or [3], first = !begun && added is [2];
        if (!x.Shape.IsFlat || !(together || second || first))
            throw new NotSupportedException($"it adds the axes {Wording.Listing(axes)} to {x.Shape}; only features can become an image, of one pixel");
        return first ? new HalfPixel(x) : OnePixel(graph, x);
    }

    /// <summary>
    /// Features as an image of one pixel. There is no such layer: where they were computed from one pixel, the layers that did so are read once more, each once, as the
    /// same products of one pixel. The ones on features are left out if nothing else reads them.
    /// </summary>
    static LayerValue OnePixel(GraphReader graph, LayerValue x)
    {
        var chain = new Stack<int>();
        LayerValue? image = null;
        for (int at = x.Layer; image is null && !graph.Pixels.TryGetValue(at, out image);)
        {
            if (at < 0) throw new NotSupportedException("it makes an image of the network's input");
            var layer = graph.Layers[at];
            if (layer.Kind == "Flatten" && layer.Inputs[0] is >= 0 and var from && graph.Layers[from].Output is { IsFlat: false, Pixels: 1 } pixel)
            {
                image = new LayerValue(from, pixel);
            }
            else if (layer.Kind is "Linear" or "BatchNorm2d" or "Dropout" || Activations.Kinds.Contains(layer.Kind))
            {
                chain.Push(at);
                at = layer.Inputs[0];
            }
            else
            {
                throw new NotSupportedException($"it makes an image of features that a {layer.Kind} gives: that is supported where linear layers and activations computed them from one pixel");
            }
        }

        while (chain.TryPop(out int at)) graph.Pixels[at] = image = OnPixel(graph, graph.Layers[at], image);
        return image;
    }

    /// <summary>A layer on features as one on an image of one pixel.</summary>
    static LayerValue OnPixel(GraphReader graph, ImportedLayer layer, LayerValue input)
    {
        bool isLinear = layer.Kind == "Linear";
        return graph.Add(
            isLinear ? "Pointwise" : layer.Kind, new Shape(layer.Output.Channels, 1, 1),
            [.. layer.Arguments.Select(a => a.Name == "Features" ? new("Filters", a.Value) : a)],
            [.. layer.Weights.Select(w => isLinear && w.Role == "weight" ? w with { Dims = [.. w.Dims, 1, 1] } : w)], input.Layer);
    }

    /// <summary>Numbers of another type. A value that is computed stays as it is among real numbers, whose precision is always float32 here.</summary>
    public static Value Cast(GraphReader graph, NodeProto node)
    {
        var to = (Element)node.Int("to", 0);
        bool isReal = to is Element.Float or Element.Double or Element.Float16 or Element.Bfloat16, isWhole = to is Element.Int64 or Element.Int32;
        var given = graph.Require(node, 0);
        if (given is Constant { Length: var length }) graph.Limits.Take(length);
        return given switch
        {
            Constant { Floats: not null } numbers when isReal => numbers,
            Constant numbers when isReal => new Constant(numbers.Dims, numbers.ToFloats()),
            Constant { Integers: not null } numbers when isWhole => numbers,
            Constant { Floats: { } floats } numbers when isWhole && floats.All(f => Math.Abs(f) < 1L << 53) =>
                new Constant(numbers.Dims, Integers: Array.ConvertAll(floats, f => (long)f)),
            Constant => throw new NotSupportedException($"it makes {to} of numbers"),
            Unknown => throw new UnknownInputException(),
            var value when isReal => value,
            _ => throw new NotSupportedException($"it makes {to} of a computed value; only float, double, float16 and bfloat16 leave it as it is"),
        };
    }

    public static Value Concat(GraphReader graph, NodeProto node)
    {
        Value[] inputs = [.. Enumerable.Range(0, node.Input.Count).Select(i => graph.Require(node, i))];
        if (inputs.All(i => i is Constant)) return Tables.Join(graph, node, [.. inputs.Cast<Constant>()], node.Int("axis", 1));
        LayerValue[] values = [.. inputs.Select(graph.Materialize)];
        var first = values[0].Shape;
        long axis = node.Int("axis", 1);
        if (axis != 1 && axis != (first.IsFlat ? -1 : -3)) throw new NotSupportedException($"it concatenates along axis {axis}; only channels can be concatenated");
        if (values.Any(v => v.Shape.IsFlat != first.IsFlat || v.Shape.Height != first.Height || v.Shape.Width != first.Width))
            throw new InvalidDataException($"node '{node.Label}' (Concat) joins {string.Join(" and ", values.Select(v => v.Shape))}");
        if (values.Length == 1) return values[0];
        string of = $"node '{node.Label}' (Concat)";
        long channels = values.Sum(v => (long)v.Shape.Channels);
        return graph.Add("Concat", first.IsFlat ? Checked.Features(of, channels) : Checked.Image(of, channels, first.Height, first.Width), [], [], [.. values.Select(v => v.Layer)]);
    }

    public static Value ShapeOf(GraphReader graph, NodeProto node)
    {
        var value = graph.Require(node, 0);
        long[] dims = value is Constant numbers ? numbers.Dims : (value is Ended ended ? ended.Logits : graph.Materialize(value)).Shape switch
        {
            { IsFlat: true } features => [-1, features.Channels],
            var image => [-1, image.Channels, image.Height, image.Width],
        };
        // Since operator set 15 it may be a part of the shape.
        long[] part = NumberNodes.Part(dims, node.Int("start", 0), node.Int("end", dims.Length));
        return new Constant([part.Length], Integers: part);
    }

    static LayerValue ToFeatures(GraphReader graph, LayerValue x)
    {
        if (x.Shape.IsFlat) return x;
        return graph.Add("Flatten", Shape.Flat((int)x.Shape.Length), [], [], x.Layer);
    }
}
