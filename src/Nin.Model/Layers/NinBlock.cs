using System.ComponentModel;

namespace Nin.Layers;

/// <summary>
/// A NiN block (Lin, Chen and Yan 2013): a convolution and 1x1 convolutions behind it, with ReLU after each. Generated code derives one class a
/// block, with its parts as typed properties.
/// </summary>
/// <inheritdoc cref="Layer{TIn, TOut}"/>
public abstract class NinBlock<TIn, TOut> : Layer<TIn, TOut>
    where TIn : struct, IShape
    where TOut : struct, IShape
{
    /// <param name="parameters">The network's parameters.</param>
    /// <param name="name">Its name in the network.</param>
    [EditorBrowsable(EditorBrowsableState.Never)]
    protected NinBlock(ParameterSet parameters, string name)
        : base(name, (parameters ?? throw new ArgumentNullException(nameof(parameters))).Device)
    {
    }

    /// <summary>Says what the block computes, in order; called once, by the constructor of the derived class.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    protected void Compose(params IReadOnlyList<Step> steps) => Steps = steps;
}
