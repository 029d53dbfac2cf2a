namespace Nin;

/// <summary>A value on a tape, with the shape of one example as a type.</summary>
/// <typeparam name="TShape">Shape of one example.</typeparam>
public readonly struct Traced<TShape>
    where TShape : struct, IShape
{
    readonly Traced traced;

    internal Traced(Traced traced)
    {
        if (traced.Value.Shape != TShape.Shape)
            throw new ArgumentException($"A value of {traced.Value.Shape} is not one of {TShape.Shape}.", nameof(traced));
        this.traced = traced;
    }

    /// <summary>The value itself.</summary>
    public Tensor<TShape> Value => traced.Value.As<TShape>();

    /// <inheritdoc cref="Traced.Gradient"/>
    public Tensor<TShape> Gradient => traced.Gradient.As<TShape>();

    /// <summary>The same value with its shape at run time only.</summary>
    public Traced Untyped => traced;

    /// <summary>Forgets the type.</summary>
    public static implicit operator Traced(Traced<TShape> traced) => traced.traced;
}
