namespace Nin.Generators.Spec;

/// <summary>A parameter or buffer of a layer, named and shaped as PyTorch's <c>state_dict</c> has it.</summary>
/// <param name="Name">Full name, such as <c>Block1.0.weight</c>.</param>
/// <param name="Role">What the layer uses it for; decides whether it is learnt or a buffer.</param>
/// <param name="Dims">Dimensions, outermost first; none for a scalar.</param>
sealed record ParameterSpec(string Name, ParameterRole Role, EquatableArray<long> Dims)
{
    /// <summary>True where no optimiser updates it.</summary>
    public bool IsBuffer => Role is ParameterRole.RunningMean or ParameterRole.RunningVariance or ParameterRole.BatchesTracked;

    public long Count => Saturated.Product([.. Dims]);
}

/// <summary>What a layer uses a parameter or buffer for.</summary>
enum ParameterRole
{
    /// <summary>Weights <c>[out, in / groups, k, k]</c>, <c>[in, out / groups, k, k]</c> of a transposed convolution, or <c>[out, in]</c>, started by the network's <c>Init</c>.</summary>
    Weight,

    /// <summary>A bias per output, starting at 0.</summary>
    Bias,

    /// <summary>A normalisation's scale per channel, starting at 1.</summary>
    Scale,

    /// <summary>A normalisation's shift per channel, starting at 0.</summary>
    Shift,

    /// <summary>Buffer: running mean per channel, starting at 0.</summary>
    RunningMean,

    /// <summary>Buffer: running variance per channel, starting at 1.</summary>
    RunningVariance,

    /// <summary>Buffer: training steps seen, a 64-bit integer scalar.</summary>
    BatchesTracked,
}
