using Microsoft.CodeAnalysis.CSharp;
using Nin.Generators.Layers;
using Nin.Generators.Parsing;
using Nin.Generators.Source;
using Nin.Generators.Spec;
using Nin.Generators.Symbols;

namespace Nin.Generators.Emission;

/// <summary>
/// What a network gets while a layer's shape is unknown, or one of the user's members is where one must be generated: the members that
/// code elsewhere uses, typed as far as is known, so that the mistake in its declaration is the only error. The build fails, so none of
/// this ever runs.
/// </summary>
static class StubEmitter
{
    public static void Emit(NetworkSpec spec, SourceWriter writer)
    {
        if (spec.IsNotCls) writer.Line("[global::System.CLSCompliant(false)]");
        writer.Open($"partial class {spec.ClassName} : {StubMembers.InterfaceOf(spec)}");
        StubMembers.Emit(spec, writer);
        StubMembers.EmitInterfaces(spec, writer);
        IReadOnlyList<string> classes = LayersEmitter.NameClasses(spec, [.. spec.Layers.Select(l => l.Name), .. spec.UntypedNames]);
        foreach (LayerSpec layer in spec.Layers)
        {
            string ownClass = classes[layer.Position];
            writer.Line().Summary(layer.Summary);
            writer.Line($"public {layer.Layer.RuntimeType(layer, ownClass)} {layer.Name} {{ get; }} = null!;");
            layer.Layer.WriteOwnClass(layer, ownClass, writer);
        }

        foreach (string name in spec.UntypedNames.Where(SyntaxFacts.IsValidIdentifier).Distinct())
        {
            if (spec.Layers.All(l => l.Name != name)) writer.Line().Line(Untyped(name));
        }

        writer.Close();
    }

    static string Untyped(string name) => $"""
        /// <summary>A layer whose shapes are not known yet.</summary>
        public dynamic {name} => null!;
        """;
}

/// <summary>The members of a stub besides its layers, without those that the user's half of the class declares itself.</summary>
static class StubMembers
{
    const string Labels = "global::System.ReadOnlySpan<int>";
    const string Optimizer = "global::Nin.Training.Optimizer";
    const string Loss = "global::Nin.Loss";
    const string TargetLoss = "global::Nin.TargetLoss";
    const string Preprocessing = "global::Nin.Data.Preprocessing";

    /// <summary>The marker of an optional parameter, which an explicit implementation of an interface may not repeat.</summary>
    const string Unset = " = null";

    const string TrainStepParameters = $"{Labels} labels, {Optimizer} optimizer, {Loss}? loss{Unset}";

    public static void Emit(NetworkSpec spec, SourceWriter writer)
    {
        bool isFirst = true;
        foreach ((string signature, string text) in Members(spec))
        {
            if (spec.OwnSignatures.Any(own => OwnMembers.Clash(own, signature)) || OwnMembers.NameOf(signature) == spec.ClassName) continue;

            if (!isFirst) writer.Line();
            isFirst = false;
            writer.Line(text);
        }
    }

    static IEnumerable<(string Signature, string Text)> Members(NetworkSpec spec) =>
    [
        .. Facts(spec).Select(f => (f.Name, $"/// <summary>{f.Summary}</summary>\npublic {f.Declaration};")),
        .. Methods(spec).Select(m => ($"{m.Name}({m.Types})", $"/// <summary>{m.Summary}</summary>\npublic {m.Declaration} => {m.Body};")),
        (".ctor", $$"""
            /// <summary>Does not run until the errors in the declaration are fixed.</summary>
            public {{spec.ClassName}}(global::Nin.Device device, int seed = 0)
            {
            }
            """),
        Dispose(spec),
    ];

    static IEnumerable<(string Name, string Summary, string Declaration)> Facts(NetworkSpec spec) =>
    [
        ("ParameterCount", "Learnt parameters.", $"const long ParameterCount = {Literal.Count(spec.ParameterCount)}"),
        ("ForwardMacs", "Multiply-adds of one example's forward pass.", $"const long ForwardMacs = {Literal.Count(spec.Macs)}"),
        ("Architecture", "Layers, shapes and parameters.", "static global::Nin.Architecture Architecture { get; } = null!"),
        ("Device", "Where it runs.", "global::Nin.Device Device { get; } = null!"),
        ("Parameters", "Its parameters and buffers.", "global::Nin.ParameterSet Parameters { get; } = null!"),
        ("Seed", "Keys the initial weights and dropout.", "int Seed { get; } = 0"),
        ("TrainingSteps", "Training steps that its weights have seen.", "int TrainingSteps { get; set; } = 0"),
    ];

    static IEnumerable<(string Name, string Types, string Summary, string Declaration, string Body)> Methods(NetworkSpec spec)
    {
        yield return ("ActivationBytes", "int", "Bytes of a training session's memory.", "static long ActivationBytes(int batch)", "0");
        yield return ("TrainingBytes", "int", "Bytes that training takes.", "static long TrainingBytes(int batch)", "0");
        yield return ("InferenceBytes", "int", "Bytes that inference takes.", "static long InferenceBytes(int batch)", "0");
        yield return ("BytesToTrain", "int", "Bytes that training takes as the network is now.", "long BytesToTrain(int batch)", "0");
        yield return (
            "Load", "global::Nin.Device, string", "A network with the weights of a file.",
            $"static {spec.ClassName} Load(global::Nin.Device device, string path)", "null!");
        yield return (
            "Load", "global::Nin.Device, global::System.IO.Stream", "A network with weights from a stream.",
            $"static {spec.ClassName} Load(global::Nin.Device device, global::System.IO.Stream stream)", "null!");
        yield return ("Save", "string", "Writes the weights.", "void Save(string path)", "_ = path");
        yield return (
            "Save", $"string, {Preprocessing}", "Writes the weights and how pictures are prepared for them.",
            $"void Save(string path, {Preprocessing} preprocessing)", "_ = path");
        foreach ((string name, string types, string summary, string returns, string parameters) in Typed(spec) ?? Untyped(spec))
        {
            yield return (name, types, summary, $"{returns} {name}({parameters})", "default!");
        }
    }

    /// <summary>What runs a network whose shapes are known: it implements <c>INetwork&lt;TIn, TOut&gt;</c>.</summary>
    static IEnumerable<(string Name, string Types, string Summary, string Returns, string Parameters)>? Typed(NetworkSpec spec)
    {
        if (spec is not { Input: { } input, Output: { } output }) return null;

        string x = $"global::Nin.Tensor<{Literal.Type(input)}>", traced = $"global::Nin.Traced<{Literal.Type(input)}>";
        string y = Literal.Type(output);
        return
        [
            ("CreateInput", "int", "Memory for a batch of inputs.", $"global::Nin.TensorBuffer<{Literal.Type(input)}>", "int batch"),
            ("Forward", x, "Inference.", $"global::Nin.Tensor<{y}>", $"{x} x"),
            ("ForwardTraining", x, "The forward pass of training.", $"global::Nin.Traced<{y}>", $"{x} x"),
            ("ForwardTraining", traced, "The forward pass of training on a tape.", $"global::Nin.Traced<{y}>", $"{traced} x"),
            ("TrainStep", $"{x}, {Labels}, {Optimizer}, {Loss}", "A whole training step.", "float", $"{x} x, {TrainStepParameters}"),
            (
                "TrainStep", $"{x}, global::Nin.Tensor<{y}>, {Optimizer}, {TargetLoss}", "A whole training step towards targets that are numbers.", "float",
                $"{x} x, global::Nin.Tensor<{y}> targets, {Optimizer} optimizer, {TargetLoss} loss"),
            ("CreateSession", "int", "Opens a session.", $"global::Nin.Session<{Literal.Type(input)}, {y}>", "int maxBatch"),
        ];
    }

    /// <summary>The same while the output's shape is not known.</summary>
    static IEnumerable<(string Name, string Types, string Summary, string Returns, string Parameters)> Untyped(NetworkSpec spec)
    {
        if (spec.Input is { } input)
        {
            yield return ("CreateInput", "int", "Memory for a batch of inputs.", $"global::Nin.TensorBuffer<{Literal.Type(input)}>", "int batch");
        }

        yield return ("Forward", "object", "Inference; the output's shape is not known yet.", "dynamic", "object x");
        yield return ("ForwardTraining", "object", "The forward pass of training; the output's shape is not known yet.", "dynamic", "object x");
        yield return (
            "TrainStep", $"object, {Labels}, {Optimizer}, {Loss}", "A whole training step.", "float", $"object x, {TrainStepParameters}");
        yield return (
            "TrainStep", $"object, object, {Optimizer}, {TargetLoss}", "A whole training step towards targets that are numbers.", "float",
            $"object x, object targets, {Optimizer} optimizer, {TargetLoss} loss");
        yield return ("CreateSession", "int", "Opens a session; the output's shape is not known yet.", "dynamic", "int maxBatch");
    }

    /// <summary>
    /// The interfaces' members, implemented explicitly, so that they do not clash with what the user's half declares: whatever takes a network takes a wrong one too.
    /// </summary>
    public static void EmitInterfaces(NetworkSpec spec, SourceWriter writer)
    {
        const string network = "global::Nin.INetwork";
        writer.Line($$"""

            global::Nin.Device {{network}}.Device => null!;

            global::Nin.Architecture {{network}}.Architecture => null!;

            global::Nin.ParameterSet {{network}}.Parameters => null!;

            int {{network}}.Seed => 0;

            int {{network}}.TrainingSteps { get; set; }

            long {{network}}.BytesToTrain(int batch) => 0;

            global::Nin.ISession {{network}}.CreateSession(int maxBatch) => null!;
            """);
        string self = spec.ClassName, type = $"global::Nin.INetworkType<{self}>";
        writer.Line($$"""

            static global::Nin.Architecture {{type}}.Architecture => null!;

            static {{self}} {{type}}.Create(global::Nin.Device device, int seed) => null!;

            static {{self}} {{type}}.Load(global::Nin.Device device, string path) => null!;

            static {{self}} {{type}}.Load(global::Nin.Device device, global::System.IO.Stream stream) => null!;

            static long {{type}}.TrainingBytes(int batch) => 0;

            static long {{type}}.InferenceBytes(int batch) => 0;
            """);
        foreach ((string name, _, _, string returns, string parameters) in Typed(spec) ?? [])
        {
            writer.Line().Line($"{returns} {RunnerOf(spec)}.{name}({parameters.Replace(Unset, "")}) => default!;");
        }
    }

    /// <summary>What a stub implements.</summary>
    public static string InterfaceOf(NetworkSpec spec) => spec is { Input: { } input, Output: { } output }
        ? $"global::Nin.INetwork<{spec.ClassName}, {Literal.Type(input)}, {Literal.Type(output)}>"
        : $"global::Nin.INetworkType<{spec.ClassName}>";

    /// <summary>The interface whose members <see cref="Typed"/> lists.</summary>
    static string RunnerOf(NetworkSpec spec) => $"global::Nin.INetwork<{Literal.Type(spec.Input!.Value)}, {Literal.Type(spec.Output!.Value)}>";

    /// <summary>Where the user's half declares a member of the name, the interface's is implemented explicitly.</summary>
    static (string Signature, string Text) Dispose(NetworkSpec spec)
    {
        const string own = "Dispose()", @explicit = $"{GeneratedMembers.ExplicitDispose}()";
        bool isTaken = spec.ClassName == "Dispose" || spec.OwnSignatures.Any(s => OwnMembers.Clash(s, own));
        return (isTaken ? @explicit : own, $$"""
            /// <inheritdoc/>
            {{(isTaken ? "void global::System.IDisposable.Dispose()" : "public void Dispose()")}}
            {
            }
            """);
    }
}
