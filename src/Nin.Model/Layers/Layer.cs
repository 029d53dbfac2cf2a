namespace Nin.Layers;

/// <summary>
/// A layer of a network with the shapes of one example as types: wiring two that do not fit is an error of the C# compiler. The members here
/// run it by hand; the network's own forward pass composes the same steps.
/// </summary>
/// <typeparam name="TIn">Shape that goes in.</typeparam>
/// <typeparam name="TOut">Shape that comes out.</typeparam>
public abstract class Layer<TIn, TOut>
    where TIn : struct, IShape
    where TOut : struct, IShape
{
    private protected Layer(string name, Device device, params IReadOnlyList<Step> steps)
    {
        Name = name;
        Device = device;
        Steps = steps;
    }

    /// <summary>Its name in the network.</summary>
    public string Name { get; }

    /// <summary>What it computes, in order.</summary>
    internal IReadOnlyList<Step> Steps { get; private protected set; }

    internal Device Device { get; }

    /// <summary>Runs it on a tape, for training.</summary>
    public Traced<TOut> Forward(Traced<TIn> x)
    {
        var value = x.Untyped;
        foreach (var step in Steps) value = value.Tape.Apply(step, value);
        return value.As<TOut>();
    }

    /// <summary>Runs it for inference, into memory that the caller owns.</summary>
    public TensorBuffer<TOut> Forward(Tensor<TIn> x)
    {
        using var stream = Device.CreateStream();
        var pass = new Pass(stream, x.Batch);
        var output = new TensorBuffer<TOut>(Device, x.Batch);
        DeviceBuffer? input = null;
        var from = x.Untyped.View;
        stream.Reads(from);
        for (int i = 0; i < Steps.Count; i++)
        {
            var step = Steps[i];
            var target = i == Steps.Count - 1 ? null : Device.Allocate(x.Batch * step.Output.Length);
            foreach (var parameter in step.Parameters) parameter.Set.ReadBy(stream);
            step.Infer(pass, from, target?.View ?? output.Tensor.Untyped.View);
            stream.Synchronize();
            input?.Dispose();
            input = target;
            from = target?.View ?? default;
        }

        return output;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {TIn.Shape} -> {TOut.Shape}";
}
