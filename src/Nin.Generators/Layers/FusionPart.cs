namespace Nin.Generators.Layers;

/// <summary>The role of a layer in the patterns of layers that one step computes.</summary>
enum FusionPart
{
    /// <summary>It always has steps of its own.</summary>
    None,

    /// <summary>Weights and a bias: its <c>Step</c> is a <c>ConvolutionStep</c>.</summary>
    Convolution,

    /// <summary>Normalisation over the batch: its <c>Step</c> is a <c>BatchNormStep</c>.</summary>
    Normalization,

    /// <summary>The sum of its inputs.</summary>
    Sum,

    /// <summary><c>max(x, 0)</c>.</summary>
    Relu,

    /// <summary>Any other activation: its <c>Step</c> is an <c>ActivationStep</c>.</summary>
    Activation,
}
