namespace Nin;

/// <summary>
/// A batch of examples on a device, with its shape at run time. It is a handle: the memory belongs to a <see cref="TensorBuffer{TShape}"/>,
/// a session or a tape, and a handle whose memory was reused says so when it is read.
/// </summary>
public readonly struct Tensor
{
    readonly DeviceView view;
    readonly Lifetime? lifetime;
    readonly int generation;

    internal Tensor(DeviceView view, int batch, Shape shape, Lifetime? lifetime = null)
    {
        this.view = view.Slice(0, batch * shape.Length);
        this.lifetime = lifetime;
        generation = lifetime?.Generation ?? 0;
        Batch = batch;
        Shape = shape;
    }

    /// <summary>Examples.</summary>
    public int Batch { get; }

    /// <summary>The shape of one example.</summary>
    public Shape Shape { get; }

    /// <summary>Where it is.</summary>
    public Device Device => View.Buffer.Device;

    /// <summary>Its memory: channels last.</summary>
    /// <exception cref="InvalidOperationException">The memory was reused since this tensor was made.</exception>
    /// <exception cref="ObjectDisposedException">The memory was released.</exception>
    internal DeviceView View
    {
        get
        {
            if (view.IsNone) throw new InvalidOperationException("This tensor is default(Tensor): it holds no device memory.");
            lifetime?.Check(generation, Shape);
            return view;
        }
    }

    /// <summary>The same tensor with its shape as a type.</summary>
    /// <exception cref="ArgumentException">The shape differs.</exception>
    public Tensor<TShape> As<TShape>()
        where TShape : struct, IShape => new(this);

    /// <summary>The first examples.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer.</exception>
    public Tensor Take(int batch)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(batch, Batch);
        return new Tensor(View, batch, Shape, lifetime);
    }

    /// <summary>Copies to host memory, after all work that was queued before.</summary>
    /// <param name="target">Exactly as many elements as the batch has.</param>
    /// <param name="layout">The order wanted.</param>
    /// <exception cref="ArgumentException">The target has another length.</exception>
    /// <exception cref="InvalidOperationException">The memory was used again before the copy was done; the target's content is undefined.</exception>
    public void CopyTo(Span<float> target, Layout layout)
    {
        CheckLength(target.Length, nameof(target));
        if (HasOneOrder(layout)) View.CopyTo(target);
        else LayoutPermutation.SwapInner(View.ToArray(), target, Batch, Shape.Pixels, Shape.Channels);
        CheckUnchanged();
    }

    /// <summary>The same with a buffer that the caller keeps for the next call; it grows where the order must change and it is too short.</summary>
    internal void CopyTo(Span<float> target, Layout layout, ref float[] permuted)
    {
        CheckLength(target.Length, nameof(target));
        if (HasOneOrder(layout))
        {
            View.CopyTo(target);
        }
        else
        {
            if (permuted.Length < target.Length) permuted = new float[target.Length];
            var memory = permuted.AsSpan(0, target.Length);
            View.CopyTo(memory);
            LayoutPermutation.SwapInner(memory, target, Batch, Shape.Pixels, Shape.Channels);
        }

        CheckUnchanged();
    }

    /// <summary>The elements in host memory.</summary>
    /// <param name="layout">The order wanted.</param>
    public float[] ToArray(Layout layout)
    {
        long length = Batch * Shape.Length;
        if (length > Array.MaxLength)
            throw new InvalidOperationException(
                $"An array has at most {Array.MaxLength:N0} elements, and {Batch} examples of {Shape} have {length:N0}: copy fewer with Take.");
        var array = new float[length];
        CopyTo(array, layout);
        return array;
    }

    /// <summary>The elements of a flat tensor, which has only one order: <c>[batch, features]</c>.</summary>
    /// <exception cref="InvalidOperationException">The tensor is not flat.</exception>
    public float[] ToArray() => Shape.IsFlat
        ? ToArray(Layout.Nhwc)
        : throw new InvalidOperationException($"A tensor of {Shape} has two orders in host memory: name one, ToArray(Layout.Nchw) or ToArray(Layout.Nhwc).");

    /// <param name="source">Exactly as many elements as the batch has.</param>
    /// <param name="layout">Their order.</param>
    /// <param name="permuted">A buffer that the caller keeps for the next call; it grows where the order must change and it is too short.</param>
    internal void CopyFrom(ReadOnlySpan<float> source, Layout layout, ref float[] permuted)
    {
        CheckLength(source.Length, nameof(source));
        if (HasOneOrder(layout))
        {
            View.CopyFrom(source);
            return;
        }

        if (permuted.Length < source.Length) permuted = new float[source.Length];
        var ordered = permuted.AsSpan(0, source.Length);
        Order(source, layout, ordered);
        View.CopyFrom(ordered);
    }

    /// <summary>Puts host memory in the order in which devices hold tensors.</summary>
    /// <exception cref="ArgumentException">The source's length is not the batch's.</exception>
    internal void Order(ReadOnlySpan<float> source, Layout layout, Span<float> ordered)
    {
        CheckLength(source.Length, nameof(source));
        if (HasOneOrder(layout)) source.CopyTo(ordered);
        else LayoutPermutation.SwapInner(source, ordered, Batch, Shape.Channels, Shape.Pixels);
    }

    /// <summary>
    /// Called after the memory was read: another thread may have used it again in the meantime, and then what was read is of two contents.
    /// </summary>
    /// <exception cref="InvalidOperationException">The memory was used again since this tensor was made.</exception>
    internal void CheckUnchanged()
    {
        // The reads before must not move after the check.
        Interlocked.MemoryBarrier();
        lifetime?.Check(generation, Shape);
    }

    bool HasOneOrder(Layout layout) => layout == Layout.Nhwc || Shape.Channels == 1 || Shape.Pixels == 1;

    void CheckLength(int length, string name)
    {
        if (length != Batch * Shape.Length)
            throw new ArgumentException($"{Batch} examples of {Shape} are {Batch * Shape.Length} elements, not {length}.", name);
    }
}

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

    /// <inheritdoc cref="Tensor.CopyTo(Span{float}, Layout)"/>
    public void CopyTo(Span<float> target, Layout layout) => tensor.CopyTo(target, layout);

    /// <inheritdoc cref="Tensor.ToArray(Layout)"/>
    public float[] ToArray(Layout layout) => tensor.ToArray(layout);

    /// <inheritdoc cref="Tensor.ToArray()"/>
    public float[] ToArray() => tensor.ToArray();

    /// <summary>Forgets the type.</summary>
    public static implicit operator Tensor(Tensor<TShape> tensor) => tensor.tensor;
}

/// <summary>Tells whether memory still holds what a tensor handle was made for. Each reuse of the memory ends all earlier handles.</summary>
sealed class Lifetime(string fix)
{
    int generation;

    /// <summary>Counts the reuses.</summary>
    public int Generation => Volatile.Read(ref generation);

    /// <summary>Ends all handles that were given out. Called before the memory is written again: a thread that still reads it finds out.</summary>
    public void End() => Interlocked.Increment(ref generation);

    /// <exception cref="InvalidOperationException">The memory was reused since.</exception>
    public void Check(int generation, in Shape shape)
    {
        if (generation != Generation)
            throw new InvalidOperationException($"The memory of this tensor ({shape}) has moved on: {fix}");
    }
}
