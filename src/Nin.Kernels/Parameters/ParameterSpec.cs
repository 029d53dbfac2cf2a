namespace Nin;

/// <summary>A parameter as its network declares it.</summary>
/// <param name="Name">The name that PyTorch's <c>state_dict</c> would give it: <c>Block1.0.weight</c>.</param>
/// <param name="Role">What it is to its layer.</param>
/// <param name="Dims">Its dimensions in PyTorch's order.</param>
public sealed record ParameterSpec(string Name, ParameterRole Role, params int[] Dims)
{
    /// <summary>Elements.</summary>
    /// <exception cref="OverflowException">There are more than 2^63.</exception>
    public long Length => Dims.Aggregate(1L, (product, d) => checked(product * d));

    /// <summary>True for what an optimiser updates, false for a buffer such as running statistics.</summary>
    public bool IsTrainable => Role is not (ParameterRole.RunningMean or ParameterRole.RunningVariance);
}

/// <summary>What a parameter is to its layer; it decides how it is initialised and whether it is trained.</summary>
public enum ParameterRole
{
    /// <summary>Weights of a convolution or a linear layer: <c>[out, in / groups, kernel, kernel]</c>, <c>[in, out / groups, kernel, kernel]</c> where it is transposed, or <c>[out, in]</c>.</summary>
    Weight,

    /// <summary>What is added to each output channel; starts at 0.</summary>
    Bias,

    /// <summary>Scale of a normalisation; starts at 1.</summary>
    Scale,

    /// <summary>Shift of a normalisation; starts at 0.</summary>
    Shift,

    /// <summary>Mean over the training batches; a buffer that starts at 0 and is not trained.</summary>
    RunningMean,

    /// <summary>Variance over the training batches; a buffer that starts at 1 and is not trained.</summary>
    RunningVariance,
}
