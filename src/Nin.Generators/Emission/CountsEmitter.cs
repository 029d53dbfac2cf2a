using Nin.Generators.Parsing;
using Nin.Generators.Source;
using Nin.Generators.Spec;
using Nin.Shapes.Sizes;
using static System.FormattableString;

namespace Nin.Generators.Emission;

/// <summary>What a network costs, known before it is created.</summary>
static class CountsEmitter
{
    public static void Emit(NetworkParts parts, SourceWriter writer)
    {
        EmitConstants(parts.Spec, writer);
        long learnt = Slots(parts.Spec, buffers: false), buffers = Slots(parts.Spec, buffers: true);
        string state = buffers > 0 ? $" + {Literal.Count(buffers)}L" : "";
        string once = $"{Literal.Count(learnt)}L{state}", twice = $"2 * {once}";
        writer.Line(Invariant($"""

            /// <summary>Layers, shapes and parameters: what summaries and exports read.</summary>
            public static global::Nin.Architecture Architecture => Declared.Architecture;

            /// <summary>Bytes of a training session: activations, what their gradients keep, and gradients of activations.</summary>
            /// <param name="batch">Examples, 1 or more.</param>
            public static long ActivationBytes(int batch) => sizeof(float) * Declared.Plan.Length(batch);

            /// <summary>Bytes that training takes: parameters, their gradients, buffers and a session.</summary>
            /// <remarks>An optimiser's state, the workspace of ops and prepacked weights are extra.</remarks>
            /// <param name="batch">Examples, 1 or more.</param>
            public static long TrainingBytes(int batch) => sizeof(float) * ({twice} + Declared.Plan.Length(batch));

            /// <summary>Bytes that inference takes: parameters, buffers and a session.</summary>
            /// <remarks>The workspace of ops and prepacked weights are extra. Device cpu takes less for a batch of large images, whose first layers it runs in parts.</remarks>
            /// <param name="batch">Examples, 1 or more.</param>
            public static long InferenceBytes(int batch) => sizeof(float) * ({once} + Declared.Plan.InferenceLength(batch));
            """));
    }

    /// <summary>The counts that a network has even while its shapes are half known.</summary>
    public static void EmitConstants(NetworkSpec spec, SourceWriter writer) => writer.Line($"""
        /// <summary>Learnt parameters.</summary>
        public const long ParameterCount = {Literal.Count(spec.ParameterCount)};

        /// <summary>Multiply-adds of one example's forward pass, of convolutions and linear layers alone.</summary>
        public const long ForwardMacs = {Literal.Count(spec.Macs)};
        """);

    /// <summary>Elements of all learnt parameters, or of all buffers on a device, each in slots of its own.</summary>
    static long Slots(NetworkSpec spec, bool buffers) => Saturated.Sum(spec.Layers
        .SelectMany(l => l.Parameters)
        .Where(p => p.IsBuffer == buffers && p.Role != ParameterRole.BatchesTracked)
        .Select(p => SlotSize.RoundUp(p.Count)));
}
