using Nin.Onnx.Schema;

namespace Nin.Onnx;

/// <summary>Numbers of the file as tables of any rank, element after element along the last axis.</summary>
static class Tables
{
    /// <summary>How far the elements of a table are from the next ones along each axis.</summary>
    public static long[] Strides(long[] dims)
    {
        long[] strides = new long[dims.Length];
        for (long i = dims.Length - 1, stride = 1; i >= 0; i--) (strides[i], stride) = (stride, stride * dims[i]);
        return strides;
    }

    /// <summary>The strides that repeat a table along the axes where it has one.</summary>
    public static long[] RepeatingStrides(long[] dims) => [.. Strides(dims).Select((stride, axis) => dims[axis] == 1 ? 0 : stride)];

    /// <summary>Dimensions with ones before them.</summary>
    public static long[] OfRank(int rank, long[] dims) => [.. Enumerable.Repeat(1L, rank - dims.Length), .. dims];

    /// <summary>The number of elements of a shape that a node gives.</summary>
    /// <exception cref="InvalidDataException">No table has it.</exception>
    public static int Length(NodeProto node, long[] dims)
    {
        Int128 length = 1;
        bool isValid = dims.Length <= Limits.MostDimensions;
        // An axis of the size 0 leaves nothing, and still the others must be sizes.
        for (int i = 0; i < dims.Length && isValid; i++) isValid = dims[i] >= 0 && (length *= Math.Max(1, dims[i])) <= int.MaxValue;
        if (!isValid) throw new InvalidDataException($"node '{node.Label}' ({node.OpType}) gives numbers of the shape [{Wording.Listing(dims)}], which no numbers have");
        return dims.Contains(0) ? 0 : (int)length;
    }

    /// <summary>The elements of a table at an offset and from there at a stride along each axis: a part of it, the whole turned, or repeated.</summary>
    public static Constant View(GraphReader graph, NodeProto node, Constant of, long[] dims, long offset, long[] strides)
    {
        int length = Length(node, dims);
        graph.Limits.Take(length);
        return of.Integers is { } whole ? new Constant(dims, Integers: Pick(whole)) : new Constant(dims, Pick(of.Floats!));

        T[] Pick<T>(T[] elements)
        {
            var picked = new T[length];
            int i = 0;
            foreach (long place in Places(length, dims, offset, strides)) picked[i++] = elements[place];
            return picked;
        }
    }

    /// <summary>Where the elements of a view are, in their order.</summary>
    public static IEnumerable<long> Places(int length, long[] dims, long offset, long[] strides)
    {
        long[] at = new long[dims.Length];
        long place = offset;
        for (int i = 0; i < length; i++)
        {
            yield return place;
            for (int d = at.Length - 1; d >= 0; d--)
            {
                place += strides[d];
                if (++at[d] < dims[d]) break;
                place -= strides[d] * dims[d];
                at[d] = 0;
            }
        }
    }

    /// <summary>Tables one after the other along an axis.</summary>
    public static Constant Join(GraphReader graph, NodeProto node, IReadOnlyList<Constant> parts, long axis)
    {
        if (parts.Count == 0) throw new InvalidDataException($"node '{node.Label}' ({node.OpType}) lacks its inputs");
        long[] dims = [.. parts[0].Dims];
        if (axis < 0) axis += dims.Length;
        bool fits = axis >= 0 && axis < dims.Length && parts.All(p => p.Dims.Length == dims.Length && p.Dims.Index().All(d => d.Index == axis || d.Item == dims[d.Index]));
        if (!fits)
            throw new InvalidDataException($"node '{node.Label}' ({node.OpType}) joins numbers of the shapes {Wording.Listing(parts.Select(p => $"[{Wording.Listing(p.Dims)}]"))} along axis {axis}");
        dims[axis] = parts.Sum(p => p.Dims[axis]);
        int length = Length(node, dims), times = Math.Max(1, Length(node, dims[..(int)axis]));
        graph.Limits.Take(length);
        return parts.All(p => p.Integers is not null) ? new Constant(dims, Integers: Joined(p => p.Integers!)) : new Constant(dims, Joined(p => p.ToFloats()));

        T[] Joined<T>(Func<Constant, T[]> elementsOf)
        {
            var joined = new T[length];
            int column = 0, row = length / times;
            foreach (var part in parts)
            {
                var elements = elementsOf(part);
                int run = elements.Length / times;
                for (int i = 0; i < times; i++) Array.Copy(elements, i * run, joined, i * row + column, run);
                column += run;
            }

            return joined;
        }
    }

    /// <summary>A table with some of its axes made one number each.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="node">The node, which says which axes; all where it names none.</param>
    /// <param name="numbers">The table.</param>
    /// <param name="real">Of real numbers.</param>
    /// <param name="whole">Of whole ones; null where that is not supported.</param>
    public static Constant Reduce(GraphReader graph, NodeProto node, Constant numbers, Func<IEnumerable<double>, double> real, Func<IEnumerable<long>, long>? whole)
    {
        int rank = numbers.Dims.Length;
        long[] given = graph.Integers(node, "axes", 1), axes = [.. Shapes.FromFirst(given, rank).Distinct()];
        if (axes.Any(a => a < 0 || a >= rank))
            throw new InvalidDataException($"node '{node.Label}' ({node.OpType}) takes the axes {Wording.Listing(given)} of numbers of the shape [{Wording.Listing(numbers.Dims)}]");
        if (axes.Length == 0)
        {
            if (node.Int("noop_with_empty_axes", 0) != 0) return numbers;
            axes = [.. Enumerable.Range(0, rank).Select(a => (long)a)];
        }

        // The batch's size stands as -1 among whole numbers, and counts for nothing in a sum.
        if (numbers.Integers is { } integers && (whole is null || integers.Any(i => i < 0)))
            throw new NotSupportedException($"it reads the whole numbers {Wording.Listing(integers)}; {(whole is null ? "only real ones are supported" : "only those of 0 or more are supported")}");
        long[] strides = Strides(numbers.Dims), others = [.. Enumerable.Range(0, rank).Select(a => (long)a).Except(axes)], order = [.. others, .. axes];
        var turned = View(graph, node, numbers, [.. order.Select(a => numbers.Dims[a])], 0, [.. order.Select(a => strides[a])]);
        int length = Length(node, [.. others.Select(a => numbers.Dims[a])]), run = length == 0 ? 0 : turned.Length / length;
        if (run == 0 && length > 0) throw new NotSupportedException("it reads no numbers");
        graph.Limits.Take(length);
        bool keeps = node.Int("keepdims", 1) != 0;
        long[] dims = keeps ? [.. numbers.Dims.Select((d, a) => axes.Contains(a) ? 1 : d)] : [.. others.Select(a => numbers.Dims[a])];
        return turned.Integers is { } wholes
            ? new Constant(dims, Integers: [.. Enumerable.Range(0, length).Select(i => whole!(wholes.Skip(i * run).Take(run)))])
            : new Constant(dims, [.. Enumerable.Range(0, length).Select(i => (float)real(turned.Floats!.Skip(i * run).Take(run).Select(f => (double)f)))]);
    }
}
