namespace Nin.Generators.Spec;

/// <summary>A parameter or buffer of a layer, named and shaped as PyTorch's <c>state_dict</c> has it.</summary>
/// <param name="Name">Full name, such as <c>Block1.0.weight</c>.</param>
/// <param name="Role">What the layer uses it for; tells whether it is learnt or a buffer.</param>
/// <param name="Dims">Dimensions, outermost first; none for a scalar.</param>
sealed record ParameterSpec(string Name, ParameterRole Role, EquatableArray<long> Dims)
{
    /// <summary>True where an optimiser never sees it.</summary>
    public bool IsBuffer => Role is ParameterRole.RunningMean or ParameterRole.RunningVariance or ParameterRole.BatchesTracked;

    public long Count => Saturated.Product([.. Dims]);
}
