using System.Collections;
using System.Diagnostics.CodeAnalysis;
using Nin.Ops;
using Nin.Shapes.Sizes;

namespace Nin;

/// <summary>
/// The parameters of a network in declaration order. Trained values, their gradients and the buffers are one contiguous piece of memory each,
/// values and gradients at the same offsets: an optimiser step is one launch, a checkpoint one read.
/// </summary>
public sealed class ParameterSet : IReadOnlyList<Parameter>, IDisposable
{
    readonly Parameter[] all;
    readonly Dictionary<string, Parameter> byName;
    readonly DeviceBuffer values;
    readonly DeviceBuffer buffers;
    DeviceBuffer? gradients;

    /// <summary>Takes memory for the parameters; values are zero until they are initialised.</summary>
    /// <exception cref="InsufficientMemoryException">The device has insufficient memory.</exception>
    public ParameterSet(Device device, IReadOnlyList<ParameterSpec> specs)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(specs);
        Device = device;
        values = AllocateZeros(device, Total(specs, trainable: true));
        buffers = AllocateZeros(device, Total(specs, trainable: false));
        all = new Parameter[specs.Count];
        long trained = 0, untrained = 0;
        for (int i = 0; i < all.Length; i++)
        {
            var spec = specs[i];
            ref long offset = ref spec.IsTrainable ? ref trained : ref untrained;
            all[i] = new Parameter(this, spec, (spec.IsTrainable ? values : buffers).View.Slice(offset, spec.Length));
            offset += SlotSize.RoundUp(spec.Length);
        }

        byName = all.ToDictionary(p => p.Name, StringComparer.Ordinal);
        TrainableLength = specs.Where(s => s.IsTrainable).Sum(s => s.Length);
    }

    /// <summary>Where they are.</summary>
    public Device Device { get; }

    /// <summary>Counts the writes to trained values; whatever was derived from them is good for one version.</summary>
    public long Version { get; private set; }

    /// <summary>Counts the writes to buffers.</summary>
    public long BufferVersion { get; private set; }

    /// <summary>Trained elements.</summary>
    public long TrainableLength { get; }

    /// <summary>Bytes of values, buffers and, from the first training step on, gradients, in 256-byte slots.</summary>
    public long Bytes => (values.Length + (gradients?.Length ?? 0) + buffers.Length) * sizeof(float);

    /// <summary>Bytes of what variants derived from the weights (packed panels).</summary>
    public long PrepackedBytes => all.Sum(p => p.PrepackedBytes);

    /// <inheritdoc/>
    public int Count => all.Length;

    /// <inheritdoc/>
    public Parameter this[int index] => all[index];

    /// <summary>A parameter by its name.</summary>
    /// <exception cref="KeyNotFoundException">There is none of that name.</exception>
    public Parameter this[string name] =>
        byName.TryGetValue(name, out var parameter) ? parameter : throw new KeyNotFoundException($"There is no parameter '{name}' in this network.");

    internal DeviceView Values => values.View;

    /// <summary>All gradients; their memory is taken at the first call, so that a network that only serves has none.</summary>
    internal DeviceView Gradients
    {
        get
        {
            // A set that was given back takes no new memory: reading its values says so.
            _ = values.View.Buffer;
            return (gradients ??= AllocateZeros(Device, values.Length)).View;
        }
    }

    internal long GradientEpoch { get; private set; }

    /// <summary>A parameter by its name, if there is one.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out Parameter? parameter) => byName.TryGetValue(name, out parameter);

    /// <summary>Forgets all gradients: the next backward pass starts from zero. An optimiser's step does this by itself.</summary>
    public void ZeroGrad() => GradientEpoch++;

    internal void MarkWritten(bool trainable = true)
    {
        if (trainable) Version++;
        else BufferVersion++;
    }

    /// <summary>Notes that the stream reads values and buffers next.</summary>
    internal void ReadBy(DeviceStream stream)
    {
        stream.Reads(values.View);
        stream.Reads(buffers.View);
    }

    /// <summary>Notes that the stream writes running statistics next.</summary>
    internal void WriteBuffersBy(DeviceStream stream) => stream.Writes(buffers.View);

    /// <summary>Notes that the stream reads values and writes gradients next.</summary>
    internal void WriteGradientsBy(DeviceStream stream)
    {
        stream.Reads(values.View);
        stream.Writes(Gradients);
    }

    /// <summary>Notes that the stream reads gradients and writes values next.</summary>
    internal void WriteValuesBy(DeviceStream stream)
    {
        stream.Writes(Gradients);
        stream.Writes(values.View);
    }

    /// <summary>Makes the gradients good for an optimiser: what no rule wrote is zero, but for frozen parameters, which it does not read.</summary>
    internal void CompleteGradients(DeviceStream stream)
    {
        foreach (var parameter in all)
        {
            if (parameter.IsTrained && !parameter.HasGradient) Device.Kernels.Get<IFill>().Run(stream, 0, parameter.Gradient);
        }

        Gradients.KeepAlive();
    }

    /// <inheritdoc/>
    public IEnumerator<Parameter> GetEnumerator() => ((IEnumerable<Parameter>)all).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => all.GetEnumerator();

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        foreach (var parameter in all) parameter.Dispose();
        values.Dispose();
        gradients?.Dispose();
        buffers.Dispose();
    }

    static long Total(IEnumerable<ParameterSpec> specs, bool trainable) =>
        specs.Where(s => s.IsTrainable == trainable).Sum(s => SlotSize.RoundUp(s.Length));

    // The padding between parameters takes part in optimiser steps, so it must be zero, not undefined.
    static DeviceBuffer AllocateZeros(Device device, long length)
    {
        var buffer = device.Allocate(length);
        buffer.Owner = nameof(ParameterSet);
        buffer.Clear();
        return buffer;
    }
}
