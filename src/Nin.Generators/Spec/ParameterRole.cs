namespace Nin.Generators.Spec;

/// <summary>What a layer uses a parameter or buffer for.</summary>
enum ParameterRole
{
    /// <summary>Weights <c>[out, in / groups, k, k]</c> or <c>[out, in]</c>, started by the network's <c>Init</c>.</summary>
    Weight,

    /// <summary>A bias per output, starting at 0.</summary>
    Bias,

    /// <summary>A normalisation's factor per channel, starting at 1.</summary>
    Scale,

    /// <summary>A normalisation's summand per channel, starting at 0.</summary>
    Shift,

    /// <summary>Buffer: running mean per channel, starting at 0.</summary>
    RunningMean,

    /// <summary>Buffer: running variance per channel, starting at 1.</summary>
    RunningVariance,

    /// <summary>Buffer: training steps seen, a 64-bit integer scalar.</summary>
    BatchesTracked,
}
