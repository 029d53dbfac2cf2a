using Nin.Onnx.Schema;

namespace Nin.Onnx;

/// <summary>Sums and products, of values or of a value and numbers.</summary>
static class Arithmetic
{
    /// <summary>An operator on numbers, on a value and numbers, and on two values.</summary>
    /// <param name="Numbers">Of real numbers.</param>
    /// <param name="Whole">Of whole ones.</param>
    /// <param name="Right">Of a value, with numbers on the right.</param>
    /// <param name="Left">With numbers on the left; null where that is not supported.</param>
    /// <param name="Merge">The layer of two values; null where there is none.</param>
    /// <param name="IsProduct">Whether it multiplies or divides.</param>
    public sealed record Operator(
        Func<float, float, float> Numbers, Func<long, long, long> Whole, Func<Affine, float[], Affine> Right, Func<Affine, float[], Affine>? Left, string? Merge, bool IsProduct);

    public static readonly Operator Add = new((a, b) => a + b, (a, b) => a + b, (x, c) => x.Plus(c), (x, c) => x.Plus(c), "Add", IsProduct: false);

    public static readonly Operator Subtract = new(
        (a, b) => a - b, (a, b) => a - b, (x, c) => x.Plus(Array.ConvertAll(c, v => -v)), (x, c) => x.Times([-1]).Plus(c), Merge: null, IsProduct: false);

    public static readonly Operator Multiply = new((a, b) => a * b, (a, b) => a * b, (x, c) => x.Times(c), (x, c) => x.Times(c), "Multiply", IsProduct: true);

    public static readonly Operator Divide = new(
        (a, b) => a / b, (a, b) => b switch
        {
            0 => throw new NotSupportedException("it divides a whole number by 0"),
            -1 => -a,
            _ => a / b,
        },
        (x, c) => x.Times(Array.ConvertAll(c, v => 1 / v)), Left: null, Merge: null, IsProduct: true);

    public static Value Combine(GraphReader graph, NodeProto node, Operator by)
    {
        Value a = graph.Require(node, 0), b = graph.Require(node, 1);
        if (a is Unknown || b is Unknown) throw new UnknownInputException();
        if (a is Constant left && b is Constant right) return Fold(graph, left, right, by.Numbers, by.Whole);
        if (Gelu(a, b, by) is { } gelu) return gelu.IsComplete ? graph.Add("Gelu", gelu.Of.Shape, [], [], gelu.Of.Layer) : gelu;
        if (HardSwish(a, b, by) is { } swish) return swish.IsComplete ? graph.Add("HardSwish", swish.Of.Shape, [], [], swish.Of.Layer) : swish;
        if (b is Constant numbers) return WithNumbers(graph, node, by, value: 0, numbers, by.Right);
        if (a is Constant first) return WithNumbers(graph, node, by, value: 1, first, by.Left ?? throw new NotSupportedException("it divides by a value"));
        if (by.Merge is null) throw new NotSupportedException("it takes two computed values");
        return Merge(graph, node, by.Merge, [graph.Materialize(a), graph.Materialize(b)]);
    }

    public static Value Sum(GraphReader graph, NodeProto node)
    {
        if (node.Input.Count == 1) return graph.Require(node, 0);
        if (node.Input.Count == 2) return Combine(graph, node, Add);
        Value[] inputs = [.. Enumerable.Range(0, node.Input.Count).Select(i => graph.Require(node, i))];
        var numbers = inputs.OfType<Constant>().Aggregate((Constant?)null, (sum, next) => sum is null ? next : Fold(graph, sum, next, Add.Numbers, Add.Whole));
        LayerValue[] values = [.. inputs.Where(i => i is not Constant).Select(graph.Materialize)];
        if (numbers is not null && values.Length == 0) return numbers;
        var merged = values.Length == 1 ? values[0] : Merge(graph, node, "Add", values);
        if (numbers is null) return merged;
        graph.Limits.Take(2L * numbers.Length);
        return Affine.Identity(merged).Plus(PerChannel(numbers, merged.Shape));
    }

    static LayerValue Merge(GraphReader graph, NodeProto node, string kind, LayerValue[] inputs)
    {
        if (inputs.Length == 0) throw new InvalidDataException($"node '{node.Label}' ({node.OpType}) lacks its inputs");
        // x sigmoid(x) is SiLU, x hardsigmoid(x) hard swish.
        if (kind == "Multiply" && inputs.Length == 2)
        {
            foreach (var (x, gate) in ((LayerValue, LayerValue)[])[(inputs[0], inputs[1]), (inputs[1], inputs[0])])
            {
                if (gate.Layer < 0 || graph.Layers[gate.Layer] is not { Kind: "Sigmoid" or "HardSigmoid" } layer || layer.Inputs[0] != x.Layer) continue;
                return graph.Add(layer.Kind == "Sigmoid" ? "Silu" : "HardSwish", x.Shape, [], [], x.Layer);
            }
        }

        var whole = inputs.MaxBy(i => i.Shape.Pixels)!.Shape;
        var gateShape = whole.IsFlat ? whole : new Shape(whole.Channels, 1, 1);
        if (inputs.Any(i => i.Shape != whole && !(kind == "Multiply" && i.Shape == gateShape)))
            throw new NotSupportedException($"it combines {string.Join(" and ", inputs.Select(i => i.Shape))}; {(kind == "Add" ? "equal shapes are" : "equal shapes, or one pixel of as many channels, are")} needed");
        return graph.Add(kind, whole, [], [], [.. inputs.Select(i => i.Layer)]);
    }

    /// <summary>A value combined with numbers; a sum after a layer without bias is its bias.</summary>
    static Value WithNumbers(GraphReader graph, NodeProto node, Operator by, int value, Constant numbers, Func<Affine, float[], Affine> apply)
    {
        var given = graph.Require(node, value);
        var affine = given as Affine ?? Affine.Identity(graph.Materialize(given));
        graph.Limits.Take(3L * Math.Max(numbers.Length, affine.Scale.Length));
        float[] perChannel = PerChannel(numbers, affine.Of.Shape);
        if (by == Add && given is LayerValue of && perChannel.Length == of.Shape.Channels && graph.TryAddBias(of, node.Input[value], perChannel, node.Input[1 - value]))
            return of;
        return apply(affine, perChannel);
    }

    /// <summary>Numbers that are broadcast over an image: one for all, or one per channel.</summary>
    public static float[] PerChannel(Constant numbers, Shape shape)
    {
        if (numbers.Length == 1) return numbers.ToFloats();
        long[] dims = numbers.Dims;
        // Of an image the channel is third from the end, of features the last.
        int channel = dims.Length - (shape.IsFlat ? 1 : 3);
        if (channel >= 0 && dims[channel] == shape.Channels && numbers.Length == shape.Channels) return numbers.ToFloats();
        throw new NotSupportedException($"it combines {shape} with numbers of the shape [{Wording.Listing(dims)}]; only one for all or one per channel is supported");
    }

    static PartOfGelu? Gelu(Value a, Value b, Operator by)
    {
        if (a is not PartOfGelu && b is not PartOfGelu) return null;
        var (part, other) = a is PartOfGelu first ? (first, b) : ((PartOfGelu)b, a);
        return other switch
        {
            Constant { Length: 1 } one when by == Add && one.ToFloats()[0] == 1 && !part.PlusOne => part with { PlusOne = true },
            Constant { Length: 1 } half when ((by == Multiply && half.ToFloats()[0] == 0.5f) || (by == Divide && half.ToFloats()[0] == 2)) && part.PlusOne => part with { Halved = true },
            LayerValue x when by == Multiply && x == part.Of && part.PlusOne => part with { TimesInput = true },
            Affine { Scale: [0.5f], Shift: [0] } x when by == Multiply && x.Of == part.Of && part.PlusOne => part with { TimesInput = true, Halved = true },
            _ => throw new NotSupportedException("erf is supported only as part of GELU"),
        };
    }

    // x min(max(x + 3, 0), 6) / 6, whichever of product and division comes first.
    static PartOfHardSwish? HardSwish(Value a, Value b, Operator by)
    {
        if (!by.IsProduct || (a as PartOfHardSwish ?? b as PartOfHardSwish) is not { } part) return null;
        return (ReferenceEquals(part, a) ? b : a) switch
        {
            Constant { Length: 1 } six when by == Divide && ReferenceEquals(part, a) && six.ToFloats()[0] == 6 && !part.Divided => part with { Divided = true },
            Constant { Length: 1 } sixth when by == Multiply && IsSixth(sixth.ToFloats()[0]) && !part.Divided => part with { Divided = true },
            LayerValue x when by == Multiply && x == part.Of && !part.TimesInput => part with { TimesInput = true },
            Affine { Scale: [var scale], Shift: [0] } x when by == Multiply && x.Of == part.Of && IsSixth(scale) && part is { TimesInput: false, Divided: false } =>
                part with { TimesInput = true, Divided = true },
            _ => null,
        };

        // As float32 and as the 16-bit types have it.
        static bool IsSixth(float value) => MathF.Abs(6 * value - 1) < 3e-3f;
    }

    /// <summary>A function of numbers alone, as exporters leave it where they do not fold constants.</summary>
    public static Constant OfNumbers(GraphReader graph, NodeProto node, Func<float, float> function)
    {
        var x = Numbers(graph, node, 0);
        graph.Limits.Take(x.Length);
        return new Constant(x.Dims, Array.ConvertAll(x.ToFloats(), v => function(v)));
    }

    /// <summary>The negative of a value, or of numbers.</summary>
    public static Value Negate(GraphReader graph, NodeProto node)
    {
        var value = graph.Require(node, 0);
        if (value is Constant { Integers: { } integers } x)
        {
            graph.Limits.Take(2L * x.Length);
            return new Constant(x.Dims, Integers: Array.ConvertAll(integers, i => -i));
        }

        if (value is Constant) return OfNumbers(graph, node, v => -v);
        var affine = value as Affine ?? Affine.Identity(graph.Materialize(value));
        graph.Limits.Take(2L * affine.Scale.Length);
        return affine.Times([-1]);
    }

    /// <summary>Numbers to a power.</summary>
    public static Constant Power(GraphReader graph, NodeProto node) => Fold(graph, Numbers(graph, node, 0), Numbers(graph, node, 1), MathF.Pow, whole: null);

    static Constant Numbers(GraphReader graph, NodeProto node, int index) =>
        graph.FindConstant(node, index) ?? throw new InvalidDataException($"node '{node.Label}' ({node.OpType}) lacks its input {index}");

    /// <summary>Numbers with numbers, each broadcast along the axes where it has one: dimensions are compared from the last.</summary>
    static Constant Fold(GraphReader graph, Constant a, Constant b, Func<float, float, float> real, Func<long, long, long>? whole)
    {
        int rank = Math.Max(a.Dims.Length, b.Dims.Length);
        long[] left = Tables.OfRank(rank, a.Dims), right = Tables.OfRank(rank, b.Dims), dims = new long[rank];
        Int128 length = 1;
        for (int i = 0; i < rank; i++)
        {
            dims[i] = left[i] == 1 ? right[i] : left[i];
            length *= dims[i];
            if ((left[i] != right[i] && left[i] != 1 && right[i] != 1) || length > int.MaxValue)
                throw new NotSupportedException($"it combines numbers of the shapes [{Wording.Listing(a.Dims)}] and [{Wording.Listing(b.Dims)}]");
        }

        graph.Limits.Take((long)length);
        var places = PlacesOf(left).Zip(PlacesOf(right));
        if (whole is not null && a.Integers is { } wholeA && b.Integers is { } wholeB)
            return new(dims, Integers: [.. places.Select(p => whole(wholeA[p.First], wholeB[p.Second]))]);
        float[] realA = a.ToFloats(), realB = b.ToFloats();
        return new(dims, [.. places.Select(p => real(realA[p.First], realB[p.Second]))]);

        IEnumerable<long> PlacesOf(long[] of) => Tables.Places((int)length, dims, 0, Tables.RepeatingStrides(of));
    }
}
