using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Nin.Generators.Tests.Harness;

namespace Nin.Generators.Tests.Shapes;

/// <summary>
/// Networks and layers that are wired by hand: what fits compiles, and what does not is the C# compiler's own error at the argument, in
/// one assembly and across two.
/// </summary>
public class WiringTests
{
    const string Stem = """
        [Network(3, 24, 20), Conv2d(8, Kernel = 3, Padding = 1), Relu, MaxPool2d(2)] public partial class Stem;
        """;

    const string Heads = """
        [Network(8, 12, 10, Classes = 10), Pointwise(10), GlobalAvgPool2d, Flatten, Linear(10)] public partial class Head;
        [Network(8, 10, 12), Pointwise(10)] public partial class Turned;
        [Network(9, 12, 10), Pointwise(10)] public partial class Deeper;
        [Network(8, 12, 1034), Pointwise(10)] public partial class Wider;
        [Network(3, 24, 20, Classes = 12), Flatten, Linear(12)] public partial class Twelve;
        [Network(3, 24, 20), Conv2d(3, Kernel = 3, Padding = 1), Conv2d(3, Kernel = 1), Add(nameof(Conv1), nameof(Conv2))] public partial class Summed;
        """;

    static readonly MetadataReference Library = TestCompilation.EmitReference(
        (CSharpCompilation)TestCompilation.Generate(TestCompilation.Create(["using Nin; " + Stem])).Compilation);

    public static TheoryData<string> Right { get; } =
    [
        "head.Forward(stem.Forward(x));",
        "head.ForwardTraining(stem.Forward(x));",
        "Traced<Features<D10>> y = head.ForwardTraining(stem.ForwardTraining(x));",
        "head.ForwardTraining(stem.ForwardTraining(traced));",
        "Tensor<Chw<D8, D12, D10>> y = stem.Forward(x);",
        "Tensor<Features<D10>> y = head.Forward(stem.Forward(x));",
        "stem.Pool1.Forward(stem.Relu1.Forward(stem.Conv1.Forward(x)));",
        "head.Pointwise1.Forward(stem.Pool1.Forward(stem.Relu1.Forward(stem.Conv1.Forward(traced))));",
        "head.Linear1.Forward(head.Flatten1.Forward(head.GlobalPool1.Forward(head.Pointwise1.Forward(stem.Forward(x)))));",
        "wider.Forward(untyped.As<Chw<D8, D12, Dk<D1, D10>>>());",
        "Loss.CrossEntropy(head.ForwardTraining(stem.Forward(x)), labels).Backward();",
        "Tensor forgotten = stem.Forward(x);",
        "Serve(head);",
        "summed.Add1.Forward(summed.Conv1.Forward(traced), traced);",
    ];

    public static TheoryData<string> Wrong { get; } =
    [
        "turned.Forward({|CS1503:stem.Forward(x)|});",
        "deeper.Forward({|CS1503:stem.Forward(x)|});",
        "wider.Forward({|CS1503:stem.Forward(x)|});",
        "turned.ForwardTraining({|CS1503:stem.Forward(x)|});",
        "turned.ForwardTraining({|CS1503:stem.ForwardTraining(traced)|});",
        "turned.TrainStep({|CS1503:stem.Forward(x)|}, labels, sgd);",
        "stem.Forward({|CS1503:stem.Forward(x)|});",
        "stem.Forward({|CS1503:untyped|});",
        "wider.Forward({|CS1503:untyped.As<Chw<D8, D12, D10>>()|});",
        "stem.Pool1.Forward({|CS1503:x|});",
        "turned.Pointwise1.Forward({|CS1503:stem.Pool1.Forward(stem.Conv1.Forward(traced))|});",
        "head.Linear1.Forward({|CS1503:head.GlobalPool1.Forward(head.Pointwise1.Forward(stem.Forward(x)))|});",
        "Tensor<Chw<D8, D10, D12>> y = {|CS0029:stem.Forward(x)|};",
        "Tensor<Features<D12>> y = {|CS0029:head.Forward(stem.Forward(x))|};",
        "Loss.CrossEntropy({|CS1503:head.Forward(stem.Forward(x))|}, labels);",
        "Serve({|CS1503:twelve|});",
        "summed.Add1.Forward(traced, {|CS1503:stem.Pool1.Forward(stem.Conv1.Forward(traced))|});",
    ];

    [Theory]
    [MemberData(nameof(Right))]
    public void What_fits_compiles(string wiring) => Marked.VerifyErrors(Source(wiring, Stem));

    [Theory]
    [MemberData(nameof(Wrong))]
    public void What_does_not_fit_is_the_compilers_error_at_the_argument(string wiring) => Marked.VerifyErrors(Source(wiring, Stem));

    [Theory]
    [MemberData(nameof(Right))]
    public void What_fits_compiles_across_assemblies(string wiring) => Marked.VerifyErrors(Source(wiring, ""), Library);

    [Theory]
    [MemberData(nameof(Wrong))]
    public void What_does_not_fit_is_the_compilers_error_across_assemblies(string wiring) =>
        Marked.VerifyErrors(Source(wiring, ""), Library);

    static string Source(string wiring, string stem) => $$"""
        using System;
        using Nin;
        using Nin.Dimensions;
        static class Program
        {
            static void Wire(
                Stem stem, Head head, Turned turned, Deeper deeper, Wider wider, Twelve twelve, Summed summed,
                TensorBuffer<Chw<D3, D24, D20>> x, Traced<Chw<D3, D24, D20>> traced, Tensor untyped, ReadOnlySpan<int> labels, Nin.Training.Optimizer sgd)
            {
                {{wiring}}
            }

            static void Serve(INetwork<Chw<D8, D12, D10>, Features<D10>> network) => network.CreateSession(1);
        }
        {{stem}}
        {{Heads}}
        """;
}
