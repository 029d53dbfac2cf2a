namespace Nin;

/// <summary>A batch of examples on a device, with the shape of one as a type.</summary>
/// <typeparam name="TShape">Shape of one example, such as <c>Chw&lt;D96, D54, D54&gt;</c>.</typeparam>
public readonly struct Tensor<TShape>
    where TShape : struct, IShape
{
    readonly Tensor tensor;

    internal Tensor(Tensor tensor)
    {
        if (tensor.Shape != TShape.Shape)
            throw new ArgumentException($"A tensor of {tensor.Shape} is not one of {TShape.Shape}.", nameof(tensor));
        this.tensor = tensor;
    }

    /// <summary>Examples.</summary>
    public int Batch => tensor.Batch;

    /// <summary>The shape of one example.</summary>
    public Shape Shape => TShape.Shape;

    /// <summary>The same tensor with its shape at run time only.</summary>
    public Tensor Untyped => tensor;

    /// <summary>The first examples.</summary>
    public Tensor<TShape> Take(int batch) => new(tensor.Take(batch));

    /// <inheritdoc cref="Tensor.CopyTo"/>
    public void CopyTo(Span<float> target, Layout layout) => tensor.CopyTo(target, layout);

    /// <inheritdoc cref="Tensor.ToArray(Layout)"/>
    public float[] ToArray(Layout layout) => tensor.ToArray(layout);

    /// <inheritdoc cref="Tensor.ToArray()"/>
    public float[] ToArray() => tensor.ToArray();

    /// <summary>Forgets the type.</summary>
    public static implicit operator Tensor(Tensor<TShape> tensor) => tensor.tensor;
}
