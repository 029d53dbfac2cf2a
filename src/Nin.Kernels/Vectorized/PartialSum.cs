namespace Nin.Vectorized;

/// <summary>Adds partial sums up as the tree of <see cref="SliceTree"/> and stores the result. A piece is a run of elements.</summary>
unsafe struct PartialSum : ILanesJob
{
    const int PieceLength = 1 << 12;

    float* partials;
    long step;
    int count;
    float* sum;
    long length;
    bool accumulate;

    /// <param name="pool">Threads and width.</param>
    /// <param name="partials">The partial sums, overwritten.</param>
    /// <param name="step">Floats from one to the next.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="sum">Where the result goes.</param>
    /// <param name="length">Floats of the result.</param>
    /// <param name="accumulate">True to add to what <paramref name="sum"/> holds.</param>
    public static void Run(WorkerPool pool, float* partials, long step, int count, float* sum, long length, bool accumulate)
    {
        var job = new PartialSum { partials = partials, step = step, count = count, sum = sum, length = length, accumulate = accumulate };
        SimdWidth.Run(pool, Packing.CeilDivide(length, PieceLength), job);
    }

    public readonly void Execute<TLanes>(int index, int worker)
        where TLanes : struct, ILanes<TLanes>
    {
        long from = (long)index * PieceLength;
        int part = (int)Math.Min(PieceLength, length - from);
        SliceTree.Sum<TLanes>(partials + from, step, count, part);
        if (accumulate)
        {
            Copying.Add<TLanes>(partials + from, sum + from, part);
        }
        else
        {
            Copying.Copy<TLanes>(partials + from, sum + from, part);
        }
    }
}
