using Nin.Generators.Layers;
using Nin.Generators.Spec;

namespace Nin.Generators.Emission;

/// <summary>
/// What a network gets while a layer's shape is unknown: the members that code elsewhere uses, typed as far as is known, so that the
/// mistake in its declaration is the only error. Its build fails, so nothing of this ever runs.
/// </summary>
static class UnfinishedEmitter
{
    public static void Emit(NetworkSpec spec, SourceWriter writer)
    {
        writer.Open($"partial class {spec.ClassName} : global::System.IDisposable");
        CountsEmitter.EmitConstants(spec, writer);
        EmitMembers(spec, writer);
        HashSet<string> taken = [.. spec.Layers.Select(l => l.Name), .. spec.UntypedNames, .. spec.OwnMembers];
        foreach (LayerSpec layer in spec.Layers)
        {
            string blockClass = $"{layer.Name}Layers";
            while (layer.Layer is NinBlockLayer && !taken.Add(blockClass)) blockClass += "_";
            writer.Line().Summary(LayerDocs.Of(layer));
            writer.Line($"public {LayerCode.TypeOf(layer, blockClass)} {layer.Name} {{ get; }} = null!;");
            if (layer.Layer is NinBlockLayer block) BlockEmitter.EmitClass(layer, block, blockClass, writer);
        }

        foreach (string name in spec.UntypedNames.Where(Microsoft.CodeAnalysis.CSharp.SyntaxFacts.IsValidIdentifier).Distinct())
        {
            if (spec.Layers.All(l => l.Name != name)) EmitUntyped(name, writer);
        }

        writer.Close();
    }

    static void EmitMembers(NetworkSpec spec, SourceWriter writer)
    {
        writer.Line($$"""

            /// <summary>Does not run before the errors in the declaration are mended.</summary>
            public {{spec.ClassName}}(global::Nin.Device device, int seed = 0)
            {
            }

            /// <summary>Layers, shapes and parameters.</summary>
            public static global::Nin.Architecture Architecture => null!;

            /// <summary>Its parameters and buffers.</summary>
            public global::Nin.ParameterSet Parameters => null!;

            /// <summary>Bytes of a training session's memory.</summary>
            public static long ActivationBytes(int batch) => 0;

            /// <summary>Bytes that training takes.</summary>
            public static long TrainingBytes(int batch) => 0;

            /// <summary>Bytes that inference takes.</summary>
            public static long InferenceBytes(int batch) => 0;

            /// <summary>A network with the weights of a file.</summary>
            public static {{spec.ClassName}} Load(global::Nin.Device device, string path) => null!;

            /// <summary>Inference; the output's shape is not known yet.</summary>
            public dynamic Forward(object x) => null!;

            /// <summary>The forward pass of training; the output's shape is not known yet.</summary>
            public dynamic ForwardTraining(object x) => null!;

            /// <summary>A whole training step.</summary>
            public float TrainStep(object x, global::System.ReadOnlySpan<int> labels, global::Nin.Training.Optimizer optimizer) => 0;

            /// <summary>Opens a session; the output's shape is not known yet.</summary>
            public dynamic CreateSession(int maxBatch) => null!;

            /// <inheritdoc/>
            public void Dispose()
            {
            }
            """);
        if (spec.Input is not { } input) return;

        writer.Line($"""

            /// <summary>Memory for a batch of inputs.</summary>
            public global::Nin.TensorBuffer<{Literal.Type(input)}> CreateInput(int batch) => null!;
            """);
    }

    static void EmitUntyped(string name, SourceWriter writer) => writer.Line($$"""

        /// <summary>A layer whose shapes are not known yet.</summary>
        public dynamic {{name}} => null!;
        """);
}
