namespace Nin;

/// <summary>A parameter as its network declares it.</summary>
/// <param name="Name">The name that PyTorch's <c>state_dict</c> would give it: <c>Block1.0.weight</c>.</param>
/// <param name="Role">What it is to its layer.</param>
/// <param name="Dims">Its dimensions in PyTorch's order.</param>
public sealed record ParameterSpec(string Name, ParameterRole Role, params int[] Dims)
{
    /// <summary>Elements.</summary>
    public long Length => Dims.Aggregate(1L, (product, d) => product * d);

    /// <summary>True for what an optimiser updates, false for a buffer such as running statistics.</summary>
    public bool IsTrainable => Role is not (ParameterRole.RunningMean or ParameterRole.RunningVariance);
}
