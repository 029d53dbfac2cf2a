using Nin.Generators.Source;
using Nin.Generators.Spec;
using Nin.Shapes.Sizes;
using static System.FormattableString;

namespace Nin.Generators.Layers;

/// <summary>
/// A layer's kind and arguments, and all that follows from them. Nothing outside this folder asks what kind a layer is: what the
/// parser, the planner and the emitter need to know is a member here, and a kind of layer is one class. Values may be out of range while the
/// code is half typed; then only <see cref="Arguments"/> is used.
/// </summary>
abstract record Layer(LayerKind Kind)
{
    /// <summary>The output shape, or null where there is none; reports what does not fit.</summary>
    public abstract Shape? Infer(Placement at);

    /// <summary>
    /// Layers to insert between one of the inputs and this layer, because of their shapes. Each reads the one before, and they may depend on
    /// the shapes alone.
    /// </summary>
    public virtual IReadOnlyList<InsertedLayer> Before(Placement at, int input) => [];

    /// <summary>Parameters and buffers, in declaration order.</summary>
    public virtual IEnumerable<ParameterSpec> Parameters(string name, Shape input) => [];

    /// <summary>Multiply-adds of one example.</summary>
    public virtual long Macs(Shape input, Shape output) => 0;

    /// <summary>The receptive field of an output pixel, given an input pixel's.</summary>
    public virtual ReceptiveField FieldAfter(ReceptiveField field, Shape input) => field;

    /// <summary>The kind as <c>Architecture</c> has it: with the type, where the kind alone does not say what is computed.</summary>
    public virtual string DeclaredAs => Kind.Name;

    /// <summary>Every argument as <c>Architecture</c> has it, defaults included; a flag is 0 or 1.</summary>
    public abstract IEnumerable<(string Name, double Value)> Arguments { get; }

    /// <summary>The kind with the arguments that matter to a reader of the documentation, such as <c>Max pooling, 3x3, stride 2</c>.</summary>
    public abstract string Description { get; }

    /// <summary>The type of its property.</summary>
    /// <param name="at">The layer at its place.</param>
    /// <param name="ownClass">Name of the class that <see cref="WriteOwnClass"/> writes; empty where it writes none.</param>
    public abstract string RuntimeType(LayerSpec at, string ownClass);

    /// <summary>The arguments of its constructor, where <c>device</c> and <c>Parameters</c> are known.</summary>
    public abstract string ConstructorArguments(LayerSpec at);

    /// <summary>Whether each layer of the kind has a class of its own inside the network.</summary>
    public virtual bool HasOwnClass => false;

    /// <summary>Writes that class.</summary>
    public virtual void WriteOwnClass(LayerSpec at, string name, SourceWriter writer)
    {
    }

    /// <summary>The steps that it runs in, in order: the first reads the layer's inputs, each other one the step before it.</summary>
    public abstract IEnumerable<LayerStep> Steps(LayerSpec at);

    /// <summary>Its role in the patterns of layers that one step computes.</summary>
    public virtual FusionPart Fusion => FusionPart.None;

    /// <summary>Whether it normalises what it reads as it reads it, so that a normalisation before it need not keep what it gives.</summary>
    public virtual bool NormalizesInput(Shape input) => false;

    /// <summary>Whether it only limits values: such an activation is applied again wherever they are read.</summary>
    public virtual bool IsRectifier => false;

    /// <summary>Whether it is a ReLU.</summary>
    public bool IsRelu => Fusion == FusionPart.Relu;

    /// <summary>Whether it alone decides the number of output channels, whatever its input.</summary>
    public virtual bool DecidesChannels => false;

    /// <summary>Whether it ends in a ReLU that its declaration did not explicitly ask for.</summary>
    public virtual bool EndsInUnaskedRelu => false;

    /// <summary>Whether a channel that is 0 for every example stays so, and without a gradient.</summary>
    public virtual bool KeepsDeadChannels => false;

    /// <summary>Whether a ReLU follows weights inside it.</summary>
    public virtual bool HasReluAfterWeights => false;

    /// <summary>Whether it adds a bias that <c>Bias = false</c> would leave out.</summary>
    public virtual bool AddsBias => false;

    /// <summary>Whether it subtracts each channel's mean.</summary>
    public virtual bool SubtractsMean => false;

    /// <summary>A layer's type of <c>Nin.Layers</c> over shapes.</summary>
    protected static string Runtime(string type, params Shape[] shapes) =>
        $"global::Nin.Layers.{type}<{string.Join(", ", shapes.Select(Literal.Type))}>";

    /// <summary>An argument where it is not the default, else nothing.</summary>
    protected static string Given(string argument, double value, double unset) => value == unset ? "" : $", {argument}: {Literal.Real(value)}";
}

/// <summary>A kind of layer as a declaration writes it. Each class has one, and <see cref="LayerKinds"/> lists them.</summary>
/// <param name="name">The attribute's name as it is typed, such as <c>NinBlock</c>.</param>
/// <param name="stem">What default names begin with, such as <c>Block</c>.</param>
/// <param name="read">Reads the attribute.</param>
/// <param name="isMerge">Whether the inputs are positional arguments, instead of <c>From</c>.</param>
/// <param name="arity">Type arguments of the attribute.</param>
sealed class LayerKind(string name, string stem, Func<ArgumentReader, Layer> read, bool isMerge = false, int arity = 0)
{
    /// <summary>A kind whose default names begin with its own, and one of several that a class reads.</summary>
    public static LayerKind Of(string name, Func<LayerKind, ArgumentReader, Layer> read, int arity = 0)
    {
        LayerKind kind = null!;
        kind = new(name, stem: name, arguments => read(kind, arguments), arity: arity);
        return kind;
    }

    public string Name => name;

    public int Arity => arity;

    /// <summary>Name of the attribute's class in metadata.</summary>
    public string Attribute => Invariant($"{name}Attribute{(arity == 0 ? "" : $"`{arity}")}");

    public string Stem => stem;

    public bool IsMerge => isMerge;

    public Layer Read(ArgumentReader arguments) => read(arguments);
}

/// <summary>One step of a layer.</summary>
/// <param name="Suffix">What its value is called after the layer's name: <c>Conv</c>; empty for the layer's own value, the last.</param>
/// <param name="Path">The step as a member of the layer's property: <c>Conv.Step</c>.</param>
/// <param name="Length">Float32 elements of one example's value.</param>
/// <param name="Memory">What its gradient reads.</param>
/// <param name="HasParameters">Whether it learns.</param>
/// <param name="Role">What it may leave out.</param>
sealed record LayerStep(string Suffix, string Path, long Length, StepMemory Memory, bool HasParameters, StepRole Role = StepRole.Computes)
{
    /// <summary>A layer that is one step.</summary>
    public static IEnumerable<LayerStep> Of(LayerSpec at, StepMemory memory, StepRole role = StepRole.Computes) =>
        [new("", "Step", at.Output.Elements, memory, at.ParameterCount > 0, role)];
}
