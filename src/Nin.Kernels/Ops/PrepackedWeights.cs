namespace Nin.Ops;

/// <summary>
/// The weights that an op reads, with what was derived from them before (packed panels), which is good for as long as the version stands.
/// </summary>
/// <param name="Value">The weights in memory order.</param>
/// <param name="Version">Counts the writes to them.</param>
/// <param name="Derived">Where derived copies are kept; null to derive at each call.</param>
readonly record struct Weights(DeviceView Value, long Version = 0, DerivedWeights? Derived = null)
{
    public static implicit operator Weights(DeviceView value) => new(value);
}

/// <summary>Copies of one parameter in the orders that variants want, each made once a version and shared by all sessions that infer.</summary>
sealed class DerivedWeights : IDisposable
{
    readonly Lock gate = new();
    readonly Dictionary<Type, Copy> copies = [];

    /// <summary>Bytes that the copies take.</summary>
    public long Bytes
    {
        get
        {
            lock (gate) return copies.Values.Sum(c => c.Buffer.Length) * sizeof(float);
        }
    }

    /// <summary>The copy that a variant (named by its type) made of this version, after <paramref name="derive"/> where it is new.</summary>
    /// <param name="stream">Where the copy is written and read; null where ops are done when they return.</param>
    /// <param name="variant">The variant that asks.</param>
    /// <param name="weights">What it is a copy of.</param>
    /// <param name="length">Its elements.</param>
    /// <param name="state">Handed on to <paramref name="derive"/>.</param>
    /// <param name="derive">Writes the copy.</param>
    public DeviceView Get<TState>(
        DeviceStream? stream, Type variant, in Weights weights, long length, in TState state, Derivation<TState> derive)
        where TState : allows ref struct
    {
        lock (gate)
        {
            if (!copies.TryGetValue(variant, out var copy) || copy.Buffer.Length < length)
            {
                copy?.Buffer.Dispose();
                copies[variant] = copy = new Copy(weights.Value.Buffer.Device.Allocate(length));
            }

            if (copy.Version != weights.Version)
            {
                stream?.Writes(copy.Buffer.View);
                derive(weights.Value, copy.Buffer.View, in state);
                copy.Version = weights.Version;
            }

            stream?.Reads(copy.Buffer.View);
            return copy.Buffer.View;
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            foreach (var copy in copies.Values) copy.Buffer.Dispose();
            copies.Clear();
        }
    }

    sealed class Copy(DeviceBuffer buffer)
    {
        public DeviceBuffer Buffer { get; } = buffer;

        public long Version { get; set; } = -1;
    }
}

/// <summary>Writes the derived copy of weights.</summary>
delegate void Derivation<TState>(DeviceView weights, DeviceView copy, in TState state)
    where TState : allows ref struct;
