using Nin.Onnx.Schema;

namespace Nin.Onnx;

/// <summary>Nodes that pick, turn and make numbers of the file: those of shapes, and weights that an exporter did not fold.</summary>
static class NumberNodes
{
    public static Value Gather(GraphReader graph, NodeProto node)
    {
        var numbers = Numbers(graph, node, "it gathers from a computed value");
        if (graph.FindConstant(node, 1) is not { Integers: { } indices } index) throw new NotSupportedException("its indices are not whole numbers");
        int rank = numbers.Dims.Length;
        long axis = node.Int("axis", 0);
        if (axis < 0) axis += rank;
        if (axis < 0 || axis >= rank) throw new InvalidDataException($"node '{node.Label}' (Gather) picks along axis {axis} of numbers of the shape [{Wording.Listing(numbers.Dims)}]");
        long size = numbers.Dims[axis];
        long[] strides = Tables.Strides(numbers.Dims), picked = [.. indices.Select(i => i < 0 ? i + size : i)];
        if (picked.Any(i => i < 0 || i >= size)) throw new InvalidDataException($"node '{node.Label}' (Gather) picks the numbers {Wording.Listing(indices)} of {size}");
        long[] before = numbers.Dims[..(int)axis], after = numbers.Dims[((int)axis + 1)..], dims = [.. before, .. index.Dims, .. after];
        int length = Tables.Length(node, dims);
        graph.Limits.Take(length);
        if (length == 0) return numbers.Integers is null ? new Constant(dims, []) : new Constant(dims, Integers: []);
        // Each index is a row of the numbers, without its axis; where the axis was, the rows are joined.
        var rows = picked.Select(i => Tables.View(graph, node, numbers, [.. before, 1, .. after], i * strides[axis], strides)).ToList();
        return Tables.Join(graph, node, rows, axis) with { Dims = dims };
    }

    public static Value Slice(GraphReader graph, NodeProto node)
    {
        var numbers = Numbers(graph, node, "it slices a computed value");
        int rank = numbers.Dims.Length;
        long[] starts = graph.Integers(node, "starts", 1), ends = graph.Integers(node, "ends", 2), axes = graph.Integers(node, "axes", 3), steps = graph.Integers(node, "steps", 4);
        if (axes.Length == 0) axes = [.. Enumerable.Range(0, starts.Length).Select(a => (long)a)];
        if (steps.Length == 0) steps = [.. Enumerable.Repeat(1L, starts.Length)];
        long[] along = [.. axes.Select(a => a < 0 ? a + rank : a)];
        if (starts.Length != ends.Length || starts.Length != axes.Length || starts.Length != steps.Length || steps.Contains(0) || along.Any(a => a < 0 || a >= rank)
            || along.Distinct().Count() < along.Length)
            throw new InvalidDataException(
                $"node '{node.Label}' (Slice) takes [{Wording.Listing(starts)}] to [{Wording.Listing(ends)}] by [{Wording.Listing(steps)}] along the axes [{Wording.Listing(axes)}] " +
                $"of numbers of the shape [{Wording.Listing(numbers.Dims)}]");
        long[] dims = [.. numbers.Dims], strides = Tables.Strides(dims);
        long offset = 0;
        for (int i = 0; i < along.Length; i++)
        {
            long axis = along[i], step = Math.Clamp(steps[i], -int.MaxValue, int.MaxValue);
            (long from, dims[axis]) = Range(dims[axis], starts[i], ends[i], step);
            offset += from * strides[axis];
            strides[axis] *= step;
        }

        return Tables.View(graph, node, numbers, dims, offset, strides);
    }

    /// <summary>The first position of a slice, and how many: negative positions count from the end, and those beyond an end are that end.</summary>
    static (long From, long Count) Range(long size, long start, long end, long step)
    {
        if (size == 0) return (0, 0);
        bool isBackward = step < 0;
        long from = Math.Clamp(start < 0 ? start + size : start, 0, isBackward ? size - 1 : size);
        long to = Math.Clamp(end < 0 ? end + size : end, isBackward ? -1 : 0, isBackward ? size - 1 : size);
        long count = isBackward ? (from - to - step - 1) / -step : (to - from + step - 1) / step;
        return (from, Math.Max(0, count));
    }

    /// <summary>The numbers from a position to before another; negative positions count from the end, and those beyond an end are that end.</summary>
    public static long[] Part(long[] numbers, long start, long end)
    {
        int from = Position(start), to = Position(end);
        return from < to ? numbers[from..to] : [];

        int Position(long given) => (int)Math.Clamp(given < 0 ? given + numbers.Length : given, 0, numbers.Length);
    }

    /// <summary>Of numbers, such as weights that a quantiser or Keras transposed.</summary>
    public static Value Transpose(GraphReader graph, NodeProto node)
    {
        int[] order = node.Ints("perm");
        var value = graph.Require(node, 0);
        if (value is not (Constant or Unknown) && order.SequenceEqual(Enumerable.Range(0, order.Length)) && order.Length > 0) return value;
        var numbers = Numbers(graph, node, "it permutes a value's dimensions; images are [n, channels, height, width] throughout");
        int rank = numbers.Dims.Length;
        if (order.Length == 0) order = [.. Enumerable.Range(0, rank).Reverse()];
        if (!order.Order().SequenceEqual(Enumerable.Range(0, rank))) throw new InvalidDataException($"node '{node.Label}' (Transpose) has the order [{Wording.Listing(order)}]");
        long[] strides = Tables.Strides(numbers.Dims);
        return Tables.View(graph, node, numbers, [.. order.Select(o => numbers.Dims[o])], 0, [.. order.Select(o => strides[o])]);
    }

    /// <summary>Numbers repeated along the axes where they have one.</summary>
    public static Value Expand(GraphReader graph, NodeProto node)
    {
        var numbers = Numbers(graph, node, "it repeats a computed value");
        long[] shape = graph.Integers(node, "shape", 1);
        if (shape.Contains(-1)) throw new NotSupportedException($"it gives numbers the shape [{Wording.Listing(shape)}], which depends on the batch");
        int rank = Math.Max(shape.Length, numbers.Dims.Length);
        long[] from = Tables.OfRank(rank, numbers.Dims), to = Tables.OfRank(rank, shape);
        if (from.Zip(to).Any(d => d.First != d.Second && d.First != 1 && d.Second != 1))
            throw new InvalidDataException($"node '{node.Label}' (Expand) gives numbers of the shape [{Wording.Listing(numbers.Dims)}] the shape [{Wording.Listing(shape)}]");
        return Tables.View(graph, node, numbers, [.. from.Zip(to, (f, t) => f == 1 ? t : f)], 0, Tables.RepeatingStrides(from));
    }

    /// <summary>A sum or the like over axes of numbers.</summary>
    public static Value Reduce(GraphReader graph, NodeProto node, Func<IEnumerable<double>, double> real, Func<IEnumerable<long>, long>? whole = null) =>
        Tables.Reduce(graph, node, Numbers(graph, node, "it is taken of a computed value; only numbers of the file are supported"), real, whole);

    public static Value ConstantOfShape(GraphReader graph, NodeProto node)
    {
        long[] dims = graph.Integers(node, "shape", 0);
        var value = node.Find("value") is { T: { } tensor } ? graph.ReadTensor(tensor) : new Constant([1], [0]);
        if (dims.Contains(-1)) throw new NotSupportedException($"it has the shape [{Wording.Listing(dims)}], which depends on the batch");
        if (value.Length != 1) throw new InvalidDataException($"node '{node.Label}' (ConstantOfShape) has the shape [{Wording.Listing(dims)}] of {value.Length} values");
        int length = Tables.Length(node, dims);
        graph.Limits.Take(length);
        return value.Integers is [var whole]
            ? new Constant(dims, Integers: [.. Enumerable.Repeat(whole, length)])
            : new Constant(dims, [.. Enumerable.Repeat(value.ToFloats()[0], length)]);
    }

    public static Value ConstantValue(GraphReader graph, NodeProto node) => Given(graph, node) with { Name = node.Output[0] };

    static Constant Given(GraphReader graph, NodeProto node)
    {
        if (node.Find("value") is { T: { } tensor }) return graph.ReadTensor(tensor);
        if (node.Find("value_float") is { } number) return new Constant([], [number.F]);
        if (node.Find("value_int") is { } integer) return new Constant([], Integers: [integer.I]);
        if (node.Find("value_ints") is { } integers) return new Constant([integers.Ints.Count], Integers: [.. integers.Ints]);
        if (node.Find("value_floats") is { } floats) return new Constant([floats.Floats.Count], [.. floats.Floats]);
        throw new NotSupportedException(node.Has("sparse_value") ? "it is sparse; only dense numbers are read" : "it is neither a tensor nor a number");
    }

    static Constant Numbers(GraphReader graph, NodeProto node, string otherwise) => graph.Require(node, 0) switch
    {
        Constant numbers => numbers,
        Unknown => throw new UnknownInputException(),
        _ => throw new NotSupportedException(otherwise),
    };
}
