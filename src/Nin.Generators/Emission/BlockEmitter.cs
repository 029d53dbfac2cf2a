using Nin.Generators.Layers;
using Nin.Generators.Planning;
using Nin.Generators.Spec;
using static System.FormattableString;

namespace Nin.Generators.Emission;

/// <summary>A class a NiN block, with its parts as typed properties.</summary>
static class BlockEmitter
{
    public static void Emit(NetworkParts parts, SourceWriter writer)
    {
        for (int i = 0; i < parts.Spec.Layers.Count; i++)
        {
            if (parts.Spec.Layers[i].Layer is NinBlockLayer block) EmitClass(parts.Spec.Layers[i], block, parts.BlockClass(i), writer);
        }
    }

    public static void EmitClass(LayerSpec spec, NinBlockLayer block, string name, SourceWriter writer)
    {
        BlockConvolution[] convolutions = [.. block.Convolutions(spec.InputShapes[0].Channels)];
        writer.Line().Summary(LayerDocs.Of(spec));
        string input = Literal.Type(spec.InputShapes[0]), output = Literal.Type(spec.Output);
        writer.Open($"public sealed class {name} : global::Nin.Layers.NinBlock<{input}, {output}>");
        writer.Line($"internal {name}(global::Nin.ParameterSet parameters)").Deeper($": base(parameters, \"{spec.Name}\")").Open();
        for (int i = 0; i < convolutions.Length; i++) EmitPart(spec, block, convolutions[i], i, writer);
        if (BlockParts.HasMlp(block)) writer.Line("Mlp = new(Pointwise1.Step, Pointwise2.Step);");
        string steps = BlockParts.HasMlp(block)
            ? "Conv.Step, Mlp"
            : string.Join(", ", convolutions.Select((_, i) => $"{BlockParts.NameOf(i)}.Step"));
        writer.Call("Compose(", steps).Close();
        for (int i = 0; i < convolutions.Length; i++) EmitProperties(spec, convolutions[i], i, writer);
        if (BlockParts.HasMlp(block))
        {
            writer.Line("""

                /// <summary>Both 1x1 convolutions as one step.</summary>
                internal global::Nin.PointwiseMlpStep Mlp { get; }
                """);
        }

        writer.Close();
    }

    static void EmitPart(LayerSpec spec, NinBlockLayer block, BlockConvolution c, int i, SourceWriter writer)
    {
        Window window = i == 0 ? block.Window : new(1, 1, 0, 1);
        string norm = BlockParts.NormOf(i);
        string path = Invariant($"parameters, \"{spec.Name}.{c.Index}\"");
        string sizes = i == 0 || c.Norm ? $", {LayerCode.Sizes(InputOf(spec, c, i), c.Width, window)}" : "";
        if (c.Norm) writer.Line(Invariant($"{norm} = new(parameters, \"{spec.Name}.{c.Index + 1}\");"));
        writer.Call($"{BlockParts.NameOf(i)} = new(", $"{path}{sizes}{(c.Norm ? $", {norm}" : "")}{(c.Relu ? ", relu: true" : "")}");
    }

    static void EmitProperties(LayerSpec spec, BlockConvolution c, int i, SourceWriter writer)
    {
        Shape input = InputOf(spec, c, i), output = spec.Output with { Channels = c.Width };
        string type = c.Norm ? "NormalizedConv2d" : i == 0 ? "Conv2d" : "Pointwise";
        string what = i == 0 ? Invariant($"{c.Kernel}x{c.Kernel} convolution") : "1x1 convolution";
        string behind = (c.Norm, c.Relu) switch
        {
            (true, _) => $" with {BlockParts.NormOf(i)} and ReLU",
            (false, true) => " with ReLU",
            _ => "",
        };
        long parameters = Saturated.Sum(Convolution.Parameters("", c.Width, c.Channels, c.Kernel, bias: true).Select(p => p.Count));
        long macs = Convolution.Macs(output, c.Channels, c.Kernel);
        writer.Line().Summary(
            $"{what}{behind}: {input} to {output};", $"{Literal.Prose(parameters)} parameters, {Literal.Prose(macs)} multiply-adds.");
        writer.Line(
            $$"""public global::Nin.Layers.{{type}}<{{Literal.Type(input)}}, {{Literal.Type(output)}}> {{BlockParts.NameOf(i)}} { get; }""");
        if (!c.Norm) return;

        writer.Line($$"""

            /// <summary>Batch normalisation of {{output}}; {{Literal.Prose(2L * c.Width)}} parameters.</summary>
            public global::Nin.Layers.BatchNorm2d<{{Literal.Type(output)}}> {{BlockParts.NormOf(i)}} { get; }
            """);
    }

    static Shape InputOf(LayerSpec spec, BlockConvolution c, int i) =>
        i == 0 ? spec.InputShapes[0] : spec.Output with { Channels = c.Channels };
}
