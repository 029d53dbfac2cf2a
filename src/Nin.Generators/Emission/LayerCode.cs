using Nin.Generators.Layers;
using Nin.Generators.Planning;
using Nin.Generators.Spec;
using Nin.Shapes.Sizes;
using static System.FormattableString;

namespace Nin.Generators.Emission;

/// <summary>A layer's property: its type, and the arguments of its constructor.</summary>
static class LayerCode
{
    public static string TypeOf(LayerSpec spec, string blockClass)
    {
        string input = Literal.Type(spec.InputShapes[0]), output = Literal.Type(spec.Output);
        return spec.Layer switch
        {
            NinBlockLayer => blockClass,
            ReluLayer or LeakyReluLayer => $"global::Nin.Layers.Relu<{output}>",
            BatchNorm2dLayer or DropoutLayer or AddLayer or ConcatLayer => $"global::Nin.Layers.{spec.Layer.Kind}<{output}>",
            _ => $"global::Nin.Layers.{spec.Layer.Kind}<{input}, {output}>",
        };
    }

    public static string ArgumentsOf(LayerSpec spec, int index) => spec.Layer switch
    {
        NinBlockLayer => "Parameters",
        Conv2dLayer { Kind: "Conv2d" } convolution => $"Parameters, {Name(spec)}, {Sizes(convolution, spec.InputShapes[0])}",
        Conv2dLayer or LinearLayer => $"Parameters, {Name(spec)}",
        BatchNorm2dLayer norm => $"Parameters, {Name(spec)}{NormArguments(norm)}",
        PoolingLayer pooling => $"device, {Name(spec)}, {Sizes(pooling.Window, spec.InputShapes[0])}",
        LeakyReluLayer leaky => $"device, {Name(spec)}, {Literal.Real(leaky.NegativeSlope)}",
        DropoutLayer dropout => Invariant($"device, {Name(spec)}, {Literal.Real(dropout.Probability)}, layer: {index}"),
        AddLayer => Invariant($"{Name(spec)}, count: {spec.Inputs.Count}"),
        ConcatLayer => $"{Name(spec)}, {string.Join(", ", spec.InputShapes.Select(Literal.Value))}",
        _ => $"device, {Name(spec)}",
    };

    /// <summary>The sizes of a convolution over an example; arguments that are the default are left out.</summary>
    public static string Sizes(Shape input, long filters, Window window, int groups = LayerDefaults.Groups) =>
        Invariant($"new global::Nin.Ops.Conv2dSizes({input.Channels}, {input.Height}, {input.Width}, Filters: {filters}")
        + Given("Kernel", window.Kernel, LayerDefaults.Kernel)
        + Given("Stride", window.Stride, LayerDefaults.Stride)
        + Given("Padding", window.Padding, LayerDefaults.Padding)
        + Given("Dilation", window.Dilation, LayerDefaults.Dilation)
        + Given("Groups", groups, LayerDefaults.Groups)
        + ")";

    static string Sizes(Conv2dLayer convolution, Shape input) => Sizes(input, convolution.Filters, convolution.Window, convolution.Groups);

    static string Sizes(Window window, Shape input) =>
        Invariant($"new global::Nin.Ops.PoolSizes({input.Channels}, {input.Height}, {input.Width}, ")
        + Invariant($"Kernel: {window.Kernel}, Stride: {window.Stride}")
        + Given("Padding", window.Padding, LayerDefaults.Padding)
        + ")";

    static string NormArguments(BatchNorm2dLayer norm) =>
        (norm.Epsilon == LayerDefaults.BatchNormEpsilon ? "" : $", epsilon: {Literal.Real(norm.Epsilon)}")
        + (norm.Momentum == LayerDefaults.BatchNormMomentum ? "" : $", momentum: {Literal.Real(norm.Momentum)}");

    static string Given(string argument, int value, int unset) => value == unset ? "" : Invariant($", {argument}: {value}");

    static string Name(LayerSpec spec) => $"\"{spec.Name}\"";
}
