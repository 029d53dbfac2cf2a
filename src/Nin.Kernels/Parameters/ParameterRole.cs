namespace Nin;

/// <summary>What a parameter is to its layer; it decides how it is initialised and whether it is trained.</summary>
public enum ParameterRole
{
    /// <summary>Weights of a convolution or a linear layer: <c>[out, in / groups, kernel, kernel]</c> or <c>[out, in]</c>.</summary>
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
