using Microsoft.CodeAnalysis;
using Nin.Generators.Layers;
using Nin.Generators.Parsing;
using Nin.Generators.Tests.Harness;

namespace Nin.Generators.Tests.Spec;

/// <summary>A user's own layer in a declaration: the shapes of its base class are its rule.</summary>
public class CustomLayerTests
{
    const string Layers = """

        public abstract class Plain(Shape x, Shape y) : Step(x, y)
        {
            protected override void InferCore(in Pass pass, DeviceView x, DeviceView y) { }
            protected override void ForwardCore(in Pass pass, DeviceView x, DeviceView y, Saved saved) { }
            protected override void BackwardCore(in Pass pass, in Operands o) { }
        }
        [StepMemory(ReadsOutput = false, SavedPerInput = 2, SavedPerOutput = 3, SavedFixed = 5)]
        public sealed class SqueezeStep(Shape x, Shape y) : Plain(x, y);
        [StepMemory(CanOverwrite = true)] public sealed class OverStep(Shape x, Shape y) : Plain(x, y);
        public sealed class BareStep(Shape x, Shape y) : Plain(x, y);
        public sealed class Squeeze<C, H, W>(Device device, string name, bool mean = true, double scale = 1)
            : StepLayer<Chw<C, H, W>, Chw<C, D1, D1>, SqueezeStep>(device, name, new(new(1, 1, 1), new(1, 1, 1)))
            where C : struct, IDim where H : struct, IDim where W : struct, IDim
        {
            public double Scale => mean ? scale : 0;
        }
        public class Same<T>(Device device, string name) : StepLayer<T, T, BareStep>(device, name, new(T.Shape, T.Shape)) where T : struct, IShape;
        public sealed class Square<N>(Device device, string name) : StepLayer<Chw<D3, N, N>, Features<N>, BareStep>(device, name, null!) where N : struct, IDim;
        public sealed class Wide(Device device, string name) : StepLayer<Features<Dk<D1, D6>>, Features<D2>, BareStep>(device, name, null!);
        public sealed class Lost<T, U>(Device device, string name) : StepLayer<T, U, BareStep>(device, name, null!) where T : struct, IShape where U : struct, IShape;
        public sealed class Over<C, H, W>(Device device, string name) : StepLayer<Chw<C, H, W>, Features<C>, OverStep>(device, name, null!)
            where C : struct, IDim where H : struct, IDim where W : struct, IDim;
        sealed class Hidden<T>(Device device, string name) : StepLayer<T, T, BareStep>(device, name, null!) where T : struct, IShape;
        public sealed class Sized<T>(Device device, string name) : StepLayer<Chw<D3, D4, D9>, Features<D2>, BareStep>(device, name, null!) where T : System.IComparable;
        public class LearntStep(Shape x, Shape y) : Plain(x, y)
        {
            public override System.Collections.Generic.IReadOnlyList<Parameter> Parameters => [];
        }
        public sealed class LearntTooStep(Shape x, Shape y) : LearntStep(x, y);
        public sealed class Learnt<T>(Device device, string name) : StepLayer<T, T, LearntTooStep>(device, name, null!) where T : struct, IShape;
        public sealed class Borrowed<T>(Device device, string name) : StepLayer<T, T, DropoutStep>(device, name, null!) where T : struct, IShape;
        """;

    const string Usings = "using Nin; using Nin.Dimensions; using Nin.Layers;\n";

    [Fact]
    public void The_shape_that_it_reads_decides_its_type_parameters_and_the_shape_that_it_gives()
    {
        string source = $"{Usings}[Network(4, 9, 11), Custom(typeof(Squeeze<,,>), false, 0.5), Custom(typeof(Same<>)), Flatten, Custom(typeof(Same<>))] partial class Net;{Layers}";
        NetworkSpec spec = TestCompilation.Spec(source);
        spec.HasErrors.Should().BeFalse();
        spec.Layers.Select(l => l.Output.ToString()).Should().Equal("4x1x1", "4x1x1", "4 features", "4 features");
        LayerStep step = spec.Layers[0].Layer.Steps(spec.Layers[0]).Single();
        (step.Memory.ReadsInput, step.Memory.ReadsOutput, step.Memory.SavedPerExample, step.Memory.SavedFixed)
            .Should().Be((true, false, 2 * 4 * 99 + 3 * 4, 5));
        (step = spec.Layers[1].Layer.Steps(spec.Layers[1]).Single()).Memory.ReadsOutput.Should().BeTrue("a step that says nothing keeps both");

        Compilation compilation = TestCompilation.Generate(TestCompilation.Create([source])).Compilation;
        // The classes of the source above have no documentation.
        compilation.GetDiagnostics().Where(d => d.Severity > DiagnosticSeverity.Hidden && d.Id != "CS1591").Should().BeEmpty();
        compilation.SyntaxTrees.Last().ToString().Should()
            .Contain("Custom1 = new global::Squeeze<D4, D9, D11>(device, \"Custom1\", false, 0.5D);")
            .And.Contain("public global::Same<Features<D4>> Custom3 { get; }")
            .And.Contain("\"Custom1\", \"Custom<Squeeze>\", [new(\"Argument1\", 0), new(\"Argument2\", 0.5)],");
    }

    [Fact]
    public void Sizes_of_its_own_and_classes_without_type_parameters_are_rules_too()
    {
        NetworkSpec spec = TestCompilation.Spec(
            $"{Usings}[Network(3, 1030, 1030), Custom(typeof(Square<>)), Custom(typeof(Same<Features<Dk<D1, D6>>>)), Custom(typeof(Wide))] partial class Net;{Layers}");
        spec.HasErrors.Should().BeFalse();
        spec.Layers.Select(l => l.Output.ToString()).Should().Equal("1030 features", "1030 features", "2 features");
    }

    [Fact]
    public void Constraints_of_a_closed_type_are_the_compilers_business()
    {
        NetworkSpec spec = TestCompilation.Spec($"{Usings}[Network(3, 4, 9), Custom(typeof(Sized<int>))] partial class Net;{Layers}");
        spec.HasErrors.Should().BeFalse();
        spec.Layers.Single().Output.ToString().Should().Be("2 features");
    }

    [Theory]
    [InlineData("typeof(Squeeze<,,>)", "Flatten", "Squeeze takes CxHxW, but Flatten1 (layer 1) gives 108 features; make that CxHxW")]
    [InlineData("typeof(Square<>)", "Relu", "Square takes 3xNxN, but Relu1 (layer 1) gives 3x4x9; make that 3xNxN")]
    [InlineData("typeof(Wide)", "Flatten", "Wide takes 1030 features, but Flatten1 (layer 1) gives 108 features; make that 1030 features")]
    [InlineData("typeof(Lost<,>)", "Relu", "what Lost gives does not follow from 3x4x9, which it takes as any shape; let its class have no type parameters but those of the shape that it takes")]
    [InlineData("typeof(Over<,,>)", "Relu", "[StepMemory] of Over lets 3 features take the place of 3x4x9, which has another length; leave CanOverwrite and CanOverwriteGradient out")]
    [InlineData("typeof(Hidden<>)", "Relu", "Hidden is not public; make it public, with the types around it")]
    [InlineData("typeof(Borrowed<>)", "Relu", "the step of Borrowed is DropoutStep, which does not say what it keeps; derive a step of your own")]
    [InlineData("typeof(Sized<>)", "Relu", "Sized constrains its type parameters by more than IShape and IDim; remove the other constraints")]
    [InlineData("typeof(Learnt<>)", "Relu", "the step of Learnt has parameters of its own, which a declared network neither trains nor saves; use it on a Tape, or leave Parameters as Step has it")]
    [InlineData("typeof(string)", "Relu", "String is not a layer; name a class that derives from Nin.Layers.StepLayer")]
    [InlineData("typeof(int[])", "Relu", "int[] is not a layer; name a class that derives from Nin.Layers.StepLayer")]
    public void A_layer_that_does_not_fit_is_reported_on_its_class(string type, string before, string message) => Marked.Verify(
        $"{Usings}[Network(3, 4, 9), {before}, Custom({{|NIN004:{type}|}})] partial class Net;{Layers}", $"Custom1 (layer 2): {message}");

    [Theory]
    [InlineData("{|NIN004:typeof(Squeeze<,,>)|}, 1, 0.5", "Squeeze has no public constructor that takes (Device, string, int, double); give the arguments that it takes after device and name")]
    [InlineData("{|NIN004:typeof(Same<>)|}, 3", "Same has no public constructor that takes (Device, string, int); give the arguments that it takes after device and name")]
    [InlineData("typeof(Squeeze<,,>), true, {|NIN004:double.NaN|}", "arguments[1] is neither a finite number (int, long, float or double) nor true or false; give a finite number, true or false")]
    public void Arguments_are_what_its_constructor_takes(string arguments, string message) => Marked.Verify(
        $"{Usings}[Network(3, 4, 9), Custom({arguments})] partial class Net;{Layers}", $"Custom1 (layer 1): {message}");
}
