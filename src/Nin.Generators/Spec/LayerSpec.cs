using Nin.Generators.Layers;

namespace Nin.Generators.Spec;

/// <summary>A layer at its place in a network.</summary>
/// <param name="Name">Its property's name.</param>
/// <param name="Layer">Kind and arguments.</param>
/// <param name="Inputs">Positions of the layers that it reads; <see cref="NetworkInput"/> for the network's input.</param>
/// <param name="InputShapes">The shapes that it reads, in the same order.</param>
/// <param name="Output">The shape that it gives.</param>
/// <param name="Parameters">Parameters and buffers in declaration order.</param>
/// <param name="Macs">Multiply-adds of one example's forward pass, of convolutions and linear layers alone.</param>
/// <param name="Field">What one output pixel sees of the input.</param>
sealed record LayerSpec(
    string Name,
    Layer Layer,
    EquatableArray<int> Inputs,
    EquatableArray<Shape> InputShapes,
    Shape Output,
    EquatableArray<ParameterSpec> Parameters,
    long Macs,
    ReceptiveField Field)
{
    /// <summary>The position that stands for the network's input.</summary>
    public const int NetworkInput = -1;

    /// <summary>Learnt parameters, buffers left out.</summary>
    public long ParameterCount => Saturated.Sum(Parameters.Where(p => !p.IsBuffer).Select(p => p.Count));

    /// <summary>Bytes of one example's output.</summary>
    public long ActivationBytes => Saturated.Product(Output.Elements, sizeof(float));

    /// <summary>Side of the square of input pixels that one output pixel sees; none sees more than the image.</summary>
    public long FieldWithin(Shape input) => Math.Max(Math.Min(Field.Height, input.Height), Math.Min(Field.Width, input.Width));
}
