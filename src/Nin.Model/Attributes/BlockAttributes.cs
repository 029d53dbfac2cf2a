using Nin.Shapes.Sizes;

namespace Nin;

/// <summary>
/// Makes a class a block: a list of layers without an input of its own, which networks take with <see cref="LayersOfAttribute{T}"/>. Nothing
/// is generated for it, so it need not be partial and may be abstract; its layers are named by strings.
/// </summary>
/// <remarks>
/// Inside a block <c>"input"</c> is what the block reads, and <see cref="Block.Filters"/> and <see cref="Block.Stride"/> are what each
/// <c>[LayersOf]</c> gives.
/// </remarks>
/// <example>
/// <code>
/// [Layers]
/// [Conv2d(Block.Filters, Kernel = 3, Stride = Block.Stride, Padding = 1, Bias = false)]
/// [BatchNorm2d, Relu]
/// [Conv2d(Block.Filters, Kernel = 3, Padding = 1, Bias = false)]
/// [BatchNorm2d]
/// [Add("Norm2", "input", Project = true)]
/// [Relu]
/// abstract class BasicBlock;
/// </code>
/// </example>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class LayersAttribute : Attribute;

/// <summary>
/// Placeholders in the declaration of a block (<see cref="LayersAttribute"/>) for the values that its <c>[LayersOf]</c> gives. They are not sizes:
/// nothing can be computed from them.
/// </summary>
public static class Block
{
    /// <summary>The <see cref="LayersOfAttribute{T}.Filters"/> of the copy.</summary>
    public const int Filters = BlockParameters.Filters;

    /// <summary>The <see cref="LayersOfAttribute{T}.Stride"/> of the copy in its first repetition, and 1 in the others.</summary>
    public const int Stride = BlockParameters.Stride;
}

/// <summary>
/// Takes the layers of another network or of a block in place of this attribute, for the input that they have here, once or several times. The
/// declaration is copied, the weights are not.
/// </summary>
/// <typeparam name="T">The network or block that is copied from, of this assembly or another.</typeparam>
/// <example>
/// <code>
/// [Network(1, 96, 96, Classes = 10)]
/// [LayersOf&lt;BookNin&gt;]
/// public sealed partial class Book96;
///
/// [Network(3, 64, 64)]
/// [LayersOf&lt;BasicBlock&gt;(Times = 2, Name = "Stage1", Filters = 64, Stride = 1)]
/// [LayersOf&lt;BasicBlock&gt;(Times = 2, Name = "Stage2", Filters = 128, Stride = 2)]
/// public sealed partial class TwoStages;
/// </code>
/// </example>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true, Inherited = false)]
public sealed class LayersOfAttribute<T> : Attribute
    where T : class
{
    /// <summary>
    /// The earlier layer that the first of them reads, or <c>"input"</c> for the network's input. Default: the layer before, or the network's
    /// input.
    /// </summary>
    public string? From { get; set; }

    /// <summary>
    /// How often the layers are repeated, 1 to 1,000. Default: 1. Layers with names of their own then need
    /// <see cref="Name"/>.
    /// </summary>
    public int Times { get; set; } = 1;

    /// <summary>
    /// The prefix of the layers' names: <c>Conv1</c> becomes <c>Stage1_Conv1</c>, and with <see cref="Times"/> <c>Stage1_1_Conv1</c>,
    /// <c>Stage1_2_Conv1</c>. Such layers do not count in the default names of others. Default: layers keep a name of their own, and the others
    /// are renumbered.
    /// </summary>
    public string? Name { get; set; }

    /// <summary>The last layer to take, by its name in <typeparamref name="T"/>. Default: all are taken.</summary>
    public string? Until { get; set; }

    /// <summary>What <see cref="Block.Filters"/> stands for, 1 or more; given if and only if the block uses it.</summary>
    public int Filters { get; set; }

    /// <summary>
    /// What <see cref="Block.Stride"/> stands for in the first repetition, 1 or more; in the others it is 1. Given if and only if the block uses
    /// it.
    /// </summary>
    public int Stride { get; set; }
}
