using Nin.Onnx.Schema;

namespace Nin.Onnx;

/// <summary>Nodes that pick, turn and make numbers of the file: those of shapes, and weights that an exporter did not fold.</summary>
static class NumberNodes
{
    public static Value Gather(GraphReader graph, NodeProto node)
    {
        if (graph.Require(node, 0) is not Constant { Integers: { } numbers } || graph.FindConstant(node, 1) is not { Integers: { } indices } index || node.Int("axis", 0) != 0)
            throw new NotSupportedException("it gathers from a computed value");
        graph.Limits.Take(indices.Length);
        return new Constant(index.Dims, Integers: [.. indices.Select(i => i + (i < 0 ? numbers.Length : 0)).Select(i => i >= 0 && i < numbers.Length
            ? numbers[i] : throw new InvalidDataException($"node '{node.Label}' (Gather) picks number {i} of {numbers.Length}"))]);
    }

    public static Value Slice(GraphReader graph, NodeProto node)
    {
        if (graph.Require(node, 0) is not Constant { Integers: { } numbers }) throw new NotSupportedException("it slices a computed value");
        long[] starts = graph.Integers(node, "starts", 1), ends = graph.Integers(node, "ends", 2), steps = graph.FindConstant(node, 4)?.Integers ?? [1];
        if (starts.Length != 1 || ends.Length != 1 || steps is not [1]) throw new NotSupportedException("it slices along several axes");
        long[] part = Part(numbers, starts[0], ends[0]);
        graph.Limits.Take(part.Length);
        return new Constant([part.Length], Integers: part);
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
        if (graph.Require(node, 0) is not Constant { Floats: { } values } numbers)
        {
            if (order.SequenceEqual(Enumerable.Range(0, order.Length)) && order.Length > 0) return graph.Require(node, 0);
            throw new NotSupportedException("it permutes a value's dimensions; images are [n, channels, height, width] throughout");
        }

        int rank = numbers.Dims.Length;
        if (order.Length == 0) order = [.. Enumerable.Range(0, rank).Reverse()];
        if (!order.Order().SequenceEqual(Enumerable.Range(0, rank))) throw new InvalidDataException($"node '{node.Label}' (Transpose) has the order [{Wording.Listing(order)}]");
        long[] dims = [.. order.Select(o => numbers.Dims[o])];
        long[] strides = new long[rank];
        for (int i = rank - 1, stride = 1; i >= 0; i--) (strides[i], stride) = (stride, stride * (int)numbers.Dims[i]);
        graph.Limits.Take(values.Length);
        float[] turned = new float[values.Length];
        long[] at = new long[rank];
        for (int i = 0; i < turned.Length; i++)
        {
            long from = 0;
            for (int d = 0; d < rank; d++) from += at[d] * strides[order[d]];
            turned[i] = values[from];
            for (int d = rank - 1; d >= 0 && ++at[d] == dims[d]; d--) at[d] = 0;
        }

        return new Constant(dims, turned);
    }

    public static Value ConstantOfShape(GraphReader graph, NodeProto node)
    {
        long[] dims = graph.Integers(node, "shape", 0);
        var value = node.Find("value") is { T: { } tensor } ? graph.ReadTensor(tensor) : new Constant([1], [0]);
        if (dims.Contains(-1)) throw new NotSupportedException($"it has the shape [{Wording.Listing(dims)}], which depends on the batch");
        bool isValid = dims.Length <= Limits.MostDimensions && value.Length == 1;
        Int128 length = 1;
        for (int i = 0; i < dims.Length && isValid; i++)
        {
            length *= dims[i];
            isValid = dims[i] >= 0 && length <= int.MaxValue;
        }

        if (!isValid) throw new InvalidDataException($"node '{node.Label}' (ConstantOfShape) has the shape [{Wording.Listing(dims)}] of {value.Length} values");

        graph.Limits.Take((long)length);
        return value.Integers is [var whole]
            ? new Constant(dims, Integers: [.. Enumerable.Repeat(whole, (int)length)])
            : new Constant(dims, [.. Enumerable.Repeat(value.ToFloats()[0], (int)length)]);
    }

    public static Value ConstantValue(GraphReader graph, NodeProto node)
    {
        if (node.Find("value") is { T: { } tensor }) return graph.ReadTensor(tensor);
        if (node.Find("value_float") is { } number) return new Constant([], [number.F]);
        if (node.Find("value_int") is { } integer) return new Constant([], Integers: [integer.I]);
        if (node.Find("value_ints") is { } integers) return new Constant([integers.Ints.Count], Integers: [.. integers.Ints]);
        if (node.Find("value_floats") is { } floats) return new Constant([floats.Floats.Count], [.. floats.Floats]);
        throw new NotSupportedException("it is neither a tensor nor a number");
    }
}
