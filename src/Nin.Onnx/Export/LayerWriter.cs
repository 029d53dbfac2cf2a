using Nin.Onnx.Schema;
using Nin.Shapes.Sizes;
using static Nin.Onnx.GraphWriter;

namespace Nin.Onnx;

/// <summary>Writes a layer as nodes.</summary>
/// <param name="graph">Where they go.</param>
/// <param name="layer">The layer.</param>
/// <param name="inputs">Shape of one example of each value that it reads.</param>
/// <param name="values">A parameter's values by its name.</param>
sealed class LayerWriter(GraphWriter graph, LayerInfo layer, Shape[] inputs, Func<string, float[]> values)
{
    readonly Shape input = inputs[0];

    string Name => layer.Name;

    double this[string argument] => layer.Arguments.First(a => a.Name == argument).Value;

    /// <summary>Whether ONNX has the kind: a user's own activation or layer, named with its type, it does not.</summary>
    public static bool CanWrite(LayerInfo layer) => !layer.Kind.Contains('<', StringComparison.Ordinal);

    /// <summary>Writes it: one row per kind of layer. Returns the name of its value.</summary>
    public string Write(string[] x) => layer.Kind switch
    {
        "Conv2d" or "Pointwise" => Convolution(Name, x[0], ConvolutionWindow()),
        "ConvTranspose2d" => TransposedConvolution(x[0]),
        "NinBlock" => Block(x[0]),
        "Linear" => Node("Gemm", [x[0], .. WeightAndBias(Name)], Int("transB", 1)),
        "BatchNorm2d" => Normalization(Name, x[0], this["Epsilon"], this["Momentum"]),
        "LocalResponseNorm" => ResponseNormalization(x),
        "Relu" => Node("Relu", x),
        "LeakyRelu" => Node("LeakyRelu", x, Float("alpha", this["NegativeSlope"])),
        "Elu" => Node("Elu", x, Float("alpha", this["Alpha"])),
        "Relu6" => Node("Clip", [x[0], Scalar("min", 0), Scalar("max", 6)]),
        "HardTanh" => Node("Clip", [x[0], Scalar("min", this["Min"]), Scalar("max", this["Max"])]),
        "Sigmoid" => Node("Sigmoid", x),
        "Tanh" => Node("Tanh", x),
        "Silu" => Node("Mul", [x[0], graph.Node($"{Name}.sigmoid", "Sigmoid", x)]),
        "Gelu" => Node("Gelu", x),
        "HardSwish" => Node("HardSwish", x),
        "HardSigmoid" => Node("HardSigmoid", x, Float("alpha", 1 / 6f), Float("beta", 0.5)),
        "MaxPool2d" => Node("MaxPool", x, PoolingWindow()),
        "AvgPool2d" => Node("AveragePool", x, [.. PoolingWindow(), Int("count_include_pad", (long)this["CountIncludePad"])]),
        "GlobalAvgPool2d" => Node("GlobalAveragePool", x),
        "GlobalMaxPool2d" => Node("GlobalMaxPool", x),
        "Dropout" => Node("Dropout", [x[0], Scalar("ratio", this["Probability"])]),
        "Flatten" => Node("Flatten", x, Int("axis", 1)),
        "Add" => Chain("Add", x),
        "Multiply" => Chain("Mul", WholeFirst(x)),
        "Concat" => Node("Concat", x, Int("axis", 1)),
        _ => throw new NotSupportedException($"{Name} is a {layer.Kind}, which cannot be written as ONNX yet."),
    };

    string Node(string operation, IEnumerable<string> inputs, params AttributeProto[] attributes) => graph.Node(Name, operation, inputs, attributes);

    string Scalar(string what, double value) => graph.Weights($"{Name}.{what}", [], [(float)value]);

    /// <summary>A sum or product of two at a time, in the order of the inputs, as the layer itself computes it.</summary>
    string Chain(string operation, string[] x)
    {
        string value = x[0];
        for (int i = 1; i < x.Length; i++)
            value = graph.Node(i == x.Length - 1 ? Name : $"{Name}.{i}", operation, [value, x[i]]);
        return value;
    }

    // The layer begins with the first value that is no gate: a product of gates alone would round otherwise.
    string[] WholeFirst(string[] x)
    {
        int whole = Array.IndexOf(inputs, layer.Output);
        return [x[whole], .. x[..whole], .. x[(whole + 1)..]];
    }

    /// <summary>A convolution, then 1x1 ones, each with what the block has around it; numbered as its parameters are.</summary>
    string Block(string value)
    {
        int pointwise = layer.Arguments.Count(a => a.Name.StartsWith("Pointwise", StringComparison.Ordinal));
        bool norm = this["BatchNorm"] != 0;
        int index = 0;
        for (int i = 0; i <= pointwise; i++)
        {
            bool relu = i < pointwise || this["LastRelu"] != 0;
            value = Convolution($"{Name}.{index++}", value, i == 0 ? ConvolutionWindow() : []);
            if (!relu) continue;
            if (norm) value = Normalization($"{Name}.{index++}", value, LayerDefaults.BatchNormEpsilon, LayerDefaults.BatchNormMomentum);
            value = graph.Node($"{Name}.{index++}", "Relu", [value]);
        }

        return value;
    }

    string Convolution(string path, string value, IEnumerable<AttributeProto> window)
    {
        var weight = Spec($"{path}.weight");
        return graph.Node(path, "Conv", [value, .. WeightAndBias(path)], [Ints("kernel_shape", weight.Dims[2], weight.Dims[3]), .. window]);
    }

    string TransposedConvolution(string value)
    {
        int[] kernel = Axes("Kernel"), stride = Axes("Stride"), dilation = Axes("Dilation"), added = Axes("OutputPadding", 0), pads = Sides();
        if (Or("Same", 0) != 0)
        {
            // The padding of the convolution that leads back; windows that do not reach each other leave pixels after the last.
            pads = PaddingOver(input.Height * stride[0], input.Width * stride[1]);
            added = [.. Enumerable.Range(0, 2).Select(i => (int)Math.Max(0, stride[i] - new WindowAxis(kernel[i], Dilation: dilation[i]).Effective))];
        }

        return graph.Node(
            Name, "ConvTranspose", [value, .. WeightAndBias(Name)],
            Ints("kernel_shape", kernel), Ints("strides", stride), Ints("pads", pads), Ints("output_padding", added), Ints("dilations", dilation),
            Int("group", (long)this["Groups"]));
    }

    string Normalization(string path, string value, double epsilon, double momentum)
    {
        string[] parameters = [.. ((string[])["weight", "bias", "running_mean", "running_var"]).Select(p => Weights(Spec($"{path}.{p}")))];
        // ONNX weighs the old statistics where PyTorch and Nin weigh the new batch.
        return graph.Node(path, "BatchNormalization", [value, .. parameters], Float("epsilon", epsilon), Float("momentum", 1 - momentum));
    }

    string ResponseNormalization(string[] x)
    {
        int size = (int)this["Size"];
        // Of an even window ONNX has the odd channel on the other side.
        if (size % 2 == 0) throw new NotSupportedException($"{Name} normalises over {size} channels; ONNX has the same window for odd numbers alone.");
        return Node("LRN", x, Int("size", size), Float("alpha", this["Alpha"]), Float("beta", this["Beta"]), Float("bias", this["K"]));
    }

    IEnumerable<string> WeightAndBias(string path) =>
        layer.Parameters.Where(p => p.Name == $"{path}.weight" || p.Name == $"{path}.bias").Select(Weights);

    string Weights(ParameterSpec spec) => graph.Weights(spec.Name, spec.Dims, values(spec.Name));

    ParameterSpec Spec(string parameter) => layer.Parameters.First(p => p.Name == parameter);

    AttributeProto[] ConvolutionWindow() => [.. StrideAndPadding(), Ints("dilations", Axes("Dilation")), Int("group", (long)Or("Groups", 1))];

    AttributeProto[] PoolingWindow() =>
        [Ints("kernel_shape", Axes("Kernel")), .. StrideAndPadding(), .. PoolingDilation(), Int("ceil_mode", (long)this["CeilMode"])];

    AttributeProto[] PoolingDilation() => Axes("Dilation") is var dilations && dilations.Max() > 1 ? [Ints("dilations", dilations)] : [];

    IEnumerable<AttributeProto> StrideAndPadding()
    {
        yield return Ints("strides", Axes("Stride"));
        yield return Ints("pads", Or("Same", 0) != 0 ? SamePadding() : Sides());
    }

    int[] Sides()
    {
        double all = Or("Padding", 0);
        return [.. ((string[])["PaddingTop", "PaddingLeft", "PaddingBottom", "PaddingRight"]).Select(side => (int)Or(side, all))];
    }

    /// <summary>As numbers: ONNX Runtime has no automatic padding of dilated windows.</summary>
    int[] SamePadding() => PaddingOver(input.Height, input.Width);

    int[] PaddingOver(int height, int width)
    {
        int[] kernel = Axes("Kernel"), stride = Axes("Stride"), dilation = Axes("Dilation");
        var rows = new WindowAxis(kernel[0], stride[0], Dilation: dilation[0]).PaddedToSame(height);
        var columns = new WindowAxis(kernel[1], stride[1], Dilation: dilation[1]).PaddedToSame(width);
        return [rows.Before, columns.Before, rows.After, columns.After];
    }

    /// <summary>A size for height and width: given once, or by axis.</summary>
    int[] Axes(string argument, double otherwise = 1)
    {
        double both = Or(argument, otherwise);
        return [(int)Or($"{argument}Height", both), (int)Or($"{argument}Width", both)];
    }

    double Or(string argument, double otherwise) =>
        layer.Arguments.Where(a => a.Name == argument).Select(a => (double?)a.Value).FirstOrDefault() ?? otherwise;
}
