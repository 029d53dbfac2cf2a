using System.ComponentModel;

namespace Nin;

/// <summary>One batch on its way through a network: how many examples, and what its random numbers are keyed by.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct Pass
{
    internal Pass(DeviceStream stream, int batch, ulong seed = 0, int step = 0, int firstExample = 0)
    {
        Stream = stream;
        Batch = batch;
        Seed = seed;
        Step = step;
        FirstExample = firstExample;
    }

    /// <summary>Examples.</summary>
    public int Batch { get; }

    /// <summary>The network's seed.</summary>
    public ulong Seed { get; }

    /// <summary>The training step.</summary>
    public int Step { get; }

    /// <summary>Index of the batch's first example among those of the whole step.</summary>
    public int FirstExample { get; }

    internal DeviceStream Stream { get; }

    internal TOp Op<TOp>()
        where TOp : class, Ops.IOp => Stream.Device.Kernels.Get<TOp>();
}
