using System.Collections;
using System.Diagnostics.CodeAnalysis;
using Nin.Ops;
using Nin.Shapes.Sizes;

namespace Nin;

/// <summary>
/// The parameters of a network in declaration order. Trained values, their gradients and the buffers are one contiguous piece of memory each,
/// values and gradients at the same offsets: an optimiser step is one launch, a checkpoint one read.
/// </summary>
/// <remarks>
/// Any number of threads may infer with one set, each through a session of its own. Whoever changes it (a training step, an optimiser, a
/// checkpoint that is loaded) holds <see cref="Write"/>: it waits for the passes that have begun, which finish on the values from before, and the
/// next ones wait for it.
/// </remarks>
public sealed class ParameterSet : IReadOnlyList<Parameter>, IDisposable
{
    readonly Parameter[] all;
    readonly Dictionary<string, Parameter> byName;
    readonly DeviceBuffer values;
    readonly DeviceBuffer buffers;
    // Never disposed: another thread may wait for it, to learn that the set was disposed. It has nothing that a finaliser would not release.
#pragma warning disable CA2213
    readonly ReaderWriterLockSlim access = new(LockRecursionPolicy.SupportsRecursion);
#pragma warning restore CA2213
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

    /// <summary>Elements of the trained values, in slots.</summary>
    internal long ValuesLength => values.Length;

    /// <summary>Elements of the buffers, in slots.</summary>
    internal long BuffersLength => buffers.Length;

    internal DeviceView Values => values.View;

    /// <summary>All gradients; their memory is taken at the first call, so that a network that only serves has none.</summary>
    internal DeviceView Gradients
    {
        get
        {
            // A disposed set takes no new memory: reading its values says so.
            _ = values.View.Buffer;
            return (gradients ??= AllocateZeros(Device, values.Length)).View;
        }
    }

    /// <summary>Takes the memory of the gradients, if they have none.</summary>
    internal void ReserveGradients() => _ = Gradients;

    internal long GradientEpoch { get; private set; }

    /// <summary>A parameter by its name, if there is one.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out Parameter? parameter) => byName.TryGetValue(name, out parameter);

    /// <summary>
    /// Keeps values, buffers and gradients as they are until the result is disposed, on the same thread: a pass that infers, a checkpoint that is
    /// saved. Any number of threads may hold it.
    /// </summary>
    public Access Read()
    {
        access.EnterReadLock();
        return new Access(access, writes: false);
    }

    /// <summary>
    /// Gives this thread the set alone until the result is disposed, on the same thread: passes and optimisers of other threads come before or
    /// after, never in between. So several parameters are replaced at once.
    /// </summary>
    /// <exception cref="InvalidOperationException">This thread holds <see cref="Read"/>, which would wait for itself.</exception>
    public Access Write()
    {
        if (access.IsReadLockHeld && !access.IsWriteLockHeld)
            throw new InvalidOperationException("The parameters are being read on this thread, by a pass that infers or by Read: change them after it.");
        // Whoever trains comes back at once, before the readers that wait have woken: without this they would wait for as long as it trains.
        if (access.WaitingReadCount > 0 && !access.IsWriteLockHeld) LetReadersIn();
        access.EnterWriteLock();
        return new Access(access, writes: true);
    }

    void LetReadersIn()
    {
        const int Turns = 8;
        int waiting = access.WaitingReadCount;
        for (int i = 0; i < Turns && access.WaitingReadCount >= waiting; i++) Thread.Yield();
    }

    /// <summary>What a thread holds of a set's parameters until it disposes it, once.</summary>
    public readonly ref struct Access
    {
        readonly ReaderWriterLockSlim held;
        readonly bool writes;

        internal Access(ReaderWriterLockSlim held, bool writes)
        {
            this.held = held;
            this.writes = writes;
        }

        /// <summary>Lets other threads go on.</summary>
        public void Dispose()
        {
            if (writes) held?.ExitWriteLock();
            else held?.ExitReadLock();
        }
    }

    /// <summary>Forgets all gradients: the next backward pass starts from zero. An optimiser's step does this by itself.</summary>
    public void ZeroGrad() => GradientEpoch++;

    /// <summary>Notes that one parameter was written.</summary>
    internal void MarkWritten(bool trainable)
    {
        if (trainable) Version++;
        else BufferVersion++;
    }

    /// <summary>Notes that an optimiser wrote the trained parameters; those that are frozen stay as they are, and so does what was packed from them.</summary>
    internal void MarkTrainedWritten()
    {
        Version++;
        foreach (var parameter in all)
        {
            if (parameter.IsTrained) parameter.CountWrite();
        }
    }

    /// <summary>Notes that some parameters were written.</summary>
    internal void MarkWritten(IEnumerable<Parameter> parameters)
    {
        Version++;
        foreach (var parameter in parameters) parameter.CountWrite();
    }

    /// <summary>Counts the changes of what is frozen.</summary>
    internal long FreezingVersion { get; private set; }

    internal void MarkFreezing() => FreezingVersion++;

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

    /// <summary>Frees the memory, once the passes that have begun are over.</summary>
    public void Dispose()
    {
        using var writing = Write();
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
        var buffer = device.AllocateZeros(length);
        buffer.Owner = nameof(ParameterSet);
        return buffer;
    }
}
