using Nin.Shapes.Sizes;

namespace Nin.Ops;

/// <summary>
/// The weights that an op reads, with what was packed from them before, which is valid as long as the version is the same.
/// </summary>
/// <param name="Value">The weights in memory order.</param>
/// <param name="Version">Counts the writes to them.</param>
/// <param name="Prepacked">Where packed copies are kept; null to pack at each call.</param>
readonly record struct Weights(DeviceView Value, long Version = 0, PrepackedWeights? Prepacked = null)
{
    public static implicit operator Weights(DeviceView value) => new(value);
}

/// <summary>
/// What a packed copy of weights is: layers of different sizes may share one parameter, and each needs an order of its own.
/// </summary>
/// <param name="Packer">What packs it: the algorithm, on one engine.</param>
/// <param name="IsTransposed">False for fprop, true for dgrad, where one packer serves both.</param>
/// <param name="Groups">Groups of channels.</param>
/// <param name="Taps">Taps of the window.</param>
/// <param name="Channels">Input channels of a group.</param>
/// <param name="Filters">Filters of a group.</param>
/// <param name="Window">The window, where its shape, strides or dilation are part of the order.</param>
/// <param name="TapsAt">Which taps they are, where a product does not have all.</param>
readonly record struct PackingKey(
    Type Packer, bool IsTransposed = false, int Groups = 1, long Taps = 1, int Channels = 0, int Filters = 0, Window2d Window = default,
    WeightTaps TapsAt = default)
{
    /// <summary>Of a convolution's weights.</summary>
    public static PackingKey Of(Type packer, in Conv2dSizes s, bool isTransposed) =>
        new(packer, isTransposed, s.Groups, s.Window.Taps, s.GroupChannels, s.GroupFilters, s.Window);
}

/// <summary>Copies of one parameter in the orders that ops need, each made once per version and shared by all sessions that run inference.</summary>
sealed class PrepackedWeights : IDisposable
{
    readonly Lock gate = new();
    readonly Dictionary<PackingKey, Copy> copies = [];

    /// <summary>Bytes that the copies take.</summary>
    public long Bytes
    {
        get
        {
            lock (gate) return copies.Values.Sum(c => c.Buffer.Length) * sizeof(float);
        }
    }

    /// <summary>The copy of this version for a key, made by <paramref name="pack"/> where it is new.</summary>
    /// <param name="stream">Where the copy is written and read; null where ops are done when they return.</param>
    /// <param name="key">What the copy is.</param>
    /// <param name="weights">What it is a copy of.</param>
    /// <param name="length">Its elements.</param>
    /// <param name="state">Passed to <paramref name="pack"/>.</param>
    /// <param name="pack">Writes the copy.</param>
    public DeviceView Get<TState>(
        DeviceStream? stream, in PackingKey key, in Weights weights, long length, in TState state, Pack<TState> pack)
        where TState : allows ref struct
    {
        lock (gate)
        {
            if (!copies.TryGetValue(key, out var copy) || copy.Buffer.Length < length)
            {
                if (copy is not null)
                {
                    stream?.Submit();
                    copy.Buffer.Dispose();
                }

                copies[key] = copy = new Copy(weights.Value.Buffer.Device.Allocate(length));
            }

            if (copy.Version != weights.Version)
            {
                stream?.Writes(copy.Buffer.View);
                pack(weights.Value, copy.Buffer.View, in state);
                // The next session that asks orders its work after it.
                stream?.Submit();
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

/// <summary>Writes a packed copy of weights.</summary>
delegate void Pack<TState>(DeviceView weights, DeviceView copy, in TState state)
    where TState : allows ref struct;
