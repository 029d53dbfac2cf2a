using Nin.Generators.Inference;
using Nin.Generators.Spec;

namespace Nin.Generators.Layers;

/// <summary>
/// A layer's kind and arguments, and what follows from them once its input is known. Values may be out of range while the code is
/// half typed; inference then never asks.
/// </summary>
/// <param name="Kind">The attribute's name as it is typed, such as <c>NinBlock</c>.</param>
abstract record Layer(string Kind)
{
    /// <summary>The output shape, or null where there is none; reports what does not fit.</summary>
    public abstract Shape? Infer(Placement at);

    /// <summary>Parameters and buffers, in declaration order.</summary>
    public virtual IEnumerable<ParameterSpec> Parameters(string name, Shape input) => [];

    /// <summary>Multiply-adds of one example.</summary>
    public virtual long Macs(Shape input, Shape output) => 0;

    /// <summary>What an output pixel sees, given what an input pixel sees.</summary>
    public virtual ReceptiveField See(ReceptiveField field, Shape input) => field;
}
