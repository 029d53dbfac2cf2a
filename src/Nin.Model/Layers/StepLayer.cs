using System.ComponentModel;

namespace Nin.Layers;

/// <summary>A layer that is one step.</summary>
/// <inheritdoc cref="Layer{TIn, TOut}"/>
/// <typeparam name="TIn">Shape that goes in.</typeparam>
/// <typeparam name="TOut">Shape that comes out.</typeparam>
/// <typeparam name="TStep">Kind of step.</typeparam>
public abstract class StepLayer<TIn, TOut, TStep> : Layer<TIn, TOut>
    where TIn : struct, IShape
    where TOut : struct, IShape
    where TStep : Step
{
    private protected StepLayer(Device device, string name, TStep step)
        : base(name, device, step) => Step = step;

    /// <summary>What it computes.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public TStep Step { get; }
}
