namespace Nin.Vectorized;

/// <summary>
/// The steps of the depth that one tile takes: all of a packed block, or runs of it. Between two runs lie steps whose factors in A are
/// zeros that nobody stored: pixels of a window that hang over the edge of the image.
/// </summary>
/// <param name="Count">Number of runs.</param>
/// <param name="Length">Steps of a run.</param>
/// <param name="Step">Floats of A from one step to the next.</param>
readonly record struct DepthRuns(int Count, int Length, nint Step)
{
    /// <summary>Steps in front of the first run.</summary>
    public int First { get; init; }

    /// <summary>Steps of B from the end of a run to the next.</summary>
    public int Gap { get; init; }

    /// <summary>Floats of A from the end of a run to the next.</summary>
    public nint Skip { get; init; }
}
