namespace Nin;

/// <summary>A layer as its network declares it.</summary>
/// <param name="Name">Its name: <c>Block1</c>.</param>
/// <param name="Kind">Its attribute: <c>NinBlock</c>.</param>
/// <param name="Arguments">Every argument with its value, defaults included; a flag is 0 or 1.</param>
/// <param name="Inputs">The layers it reads, by position from 0; -1 is the network's input.</param>
/// <param name="Output">Shape of one example that comes out.</param>
/// <param name="Parameters">Its parameters and buffers, named as in a checkpoint.</param>
/// <param name="Macs">Multiply-adds of one example's forward pass.</param>
/// <param name="ReceptiveField">Side of the square of input pixels that one output pixel sees.</param>
public sealed record LayerInfo(
    string Name,
    string Kind,
    IReadOnlyList<LayerArgument> Arguments,
    IReadOnlyList<int> Inputs,
    Shape Output,
    IReadOnlyList<ParameterSpec> Parameters,
    long Macs,
    int ReceptiveField)
{
    /// <summary>Trained elements.</summary>
    public long ParameterCount => Parameters.Where(p => p.IsTrainable).Sum(p => p.Length);

    /// <summary>Bytes of one example's output.</summary>
    public long ActivationBytes => Output.Length * sizeof(float);
}
