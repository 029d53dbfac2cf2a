using Nin.Vectorized;

namespace Nin.Ops;

/// <summary>Weights packed for a matrix product: kept with the parameter, or made anew in scratch where nobody keeps them.</summary>
static unsafe class ConvolutionPanels
{
    /// <summary>Packs the weights of a convolution.</summary>
    public delegate void Pack(WorkerPool pool, in Conv2dSizes sizes, float* w, float* packed);

    /// <summary>Floats of scratch that <see cref="Get"/> needs in front of the op's own.</summary>
    public static long ScratchLength(in Weights weights, long length) => weights.Derived is null ? length : 0;

    /// <summary>The packed weights.</summary>
    /// <param name="variant">Whose packing it is.</param>
    /// <param name="pool">Threads and width.</param>
    /// <param name="sizes">The convolution.</param>
    /// <param name="weights">What is packed.</param>
    /// <param name="length">Floats of the packed form.</param>
    /// <param name="pack">Packs; a static method kept in a field, so that a call allocates nothing.</param>
    /// <param name="scratch"><see cref="ScratchLength"/> floats.</param>
    public static float* Get(
        Type variant, WorkerPool pool, in Conv2dSizes sizes, in Weights weights, long length, Pack pack, float* scratch)
    {
        if (weights.Derived is { } derived)
            return derived.Get(stream: null, variant, weights, length, new State(pool, sizes, pack), Derive).Pointer;
        pack(pool, sizes, weights.Value.Pointer, scratch);
        return scratch;
    }

    /// <summary>The packed weights of an op that has one parameter, and its workspace behind them.</summary>
    /// <param name="stream">Gives the scratch.</param>
    /// <param name="variant">Whose packing it is.</param>
    /// <param name="pool">Threads and width.</param>
    /// <param name="sizes">The convolution.</param>
    /// <param name="weights">What is packed.</param>
    /// <param name="length">Floats of the packed form.</param>
    /// <param name="pack">Packs.</param>
    /// <param name="workspaceLength">Floats of the workspace.</param>
    /// <param name="workspace">The workspace.</param>
    public static float* WithWorkspace(
        DeviceStream stream, Type variant, WorkerPool pool, in Conv2dSizes sizes, in Weights weights, long length, Pack pack,
        long workspaceLength, out float* workspace)
    {
        long panels = ScratchLength(weights, length);
        float* scratch = stream.Scratch(panels + workspaceLength).Pointer;
        workspace = scratch + panels;
        return Get(variant, pool, sizes, weights, length, pack, scratch);
    }

    static readonly Derivation<State> Derive =
        static (w, copy, in state) => state.Pack(state.Pool, state.Sizes, w.Pointer, copy.Pointer);

    readonly record struct State(WorkerPool Pool, Conv2dSizes Sizes, Pack Pack);
}
