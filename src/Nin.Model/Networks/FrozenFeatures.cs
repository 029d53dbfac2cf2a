using Nin.Training;

namespace Nin;

/// <summary>
/// What frozen steps gave for the examples of a data set: the values of theirs that later steps read, which need not be computed again while nothing before them
/// changes. An example's values do not depend on its batch, so what is read from here has the bits of what would be computed.
/// </summary>
/// <param name="device">Where they are kept.</param>
/// <param name="examples">Examples of the data set.</param>
/// <param name="mostBytes">The most memory to take; where more is needed, nothing is kept.</param>
sealed class FrozenFeatures(Device device, int examples, long mostBytes) : IDisposable
{
    readonly bool[] known = new bool[examples];
    DeviceBuffer? memory;
    TrainedPart? part;
    long version, needed;
    long most = mostBytes;

    /// <summary>Whether there is room for the values of a part; forgets those of another part, or of other parameters.</summary>
    /// <param name="of">What a training pass does now.</param>
    public bool Fits(TrainedPart of)
    {
        if (of != part || of.VersionBefore != version)
        {
            Array.Clear(known);
            (part, version) = (of, of.VersionBefore);
            needed = of.Bridges.Sum(b => b.Length) * known.Length;
        }

        return of.FirstStep > 0 && needed > 0 && needed * sizeof(float) <= most && Allocate();
    }

    bool Allocate()
    {
        if (memory?.Length == needed) return true;
        memory?.Dispose();
        memory = null;
        try
        {
            memory = device.Allocate(needed);
            return true;
        }
        catch (InsufficientMemoryException)
        {
            // Training fits without them.
            most = 0;
            return false;
        }
    }

    /// <summary>Whether the values of all of these are here.</summary>
    public bool Has(ReadOnlySpan<int> indices)
    {
        foreach (int index in indices)
        {
            if (!known[index]) return false;
        }

        return true;
    }

    /// <summary>Copies the values of a batch to where a pass reads them.</summary>
    public void Load(DeviceStream stream, in Arena to, bool isOfTraining, ReadOnlySpan<int> indices)
    {
        stream.Reads(memory!.View);
        Copy(stream, to, isOfTraining, indices, loads: true);
    }

    /// <summary>Keeps the values of a batch.</summary>
    public void Store(DeviceStream stream, in Arena from, bool isOfTraining, ReadOnlySpan<int> indices)
    {
        stream.Writes(memory!.View);
        Copy(stream, from, isOfTraining, indices, loads: false);
        foreach (int index in indices) known[index] = true;
    }

    // One value after another, and of each all examples: in memory by their positions in the data set, in the pass by those in the batch.
    void Copy(DeviceStream stream, in Arena pass, bool isOfTraining, ReadOnlySpan<int> indices, bool loads)
    {
        long start = 0;
        for (int k = 0; k < part!.Bridges.Count; k++)
        {
            var bridge = part.Bridges[k];
            long length = bridge.Length;
            var values = pass.Slot(isOfTraining ? bridge.Training : bridge.Inference, length);
            for (int i = 0; i < indices.Length; i++)
            {
                DeviceView kept = memory!.View.Slice(start + indices[i] * length, length), value = values.Slice(i * length, length);
                if (loads) stream.Copy(kept, value);
                else stream.Copy(value, kept);
            }

            start += length * known.Length;
        }
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => memory?.Dispose();
}

/// <summary>Examples of a data set, and what frozen steps gave for them.</summary>
/// <param name="features">What they gave.</param>
/// <param name="indices">The batch's examples, by their positions in the data set.</param>
readonly ref struct FeatureBatch(FrozenFeatures? features, ReadOnlySpan<int> indices)
{
    public FrozenFeatures? Features { get; } = features;

    public ReadOnlySpan<int> Indices { get; } = indices;
}

/// <summary>A session that can leave out frozen steps whose values are known.</summary>
interface IFeatureSession
{
    /// <summary>As <see cref="ISession.TrainStep(Tensor, ReadOnlySpan{int}, Optimizer, Loss?)"/>.</summary>
    float TrainStep(Tensor x, ReadOnlySpan<int> labels, Optimizer optimizer, Loss? loss, FeatureBatch batch);

    /// <summary>As <see cref="ISession.Forward"/>.</summary>
    Tensor Forward(Tensor x, FeatureBatch batch);
}
