namespace Nin;

/// <summary>Says whether memory still holds what a tensor handle was made for. Each reuse of the memory ends the handles of before.</summary>
sealed class Lifetime(string mend)
{
    /// <summary>Counts the reuses.</summary>
    public int Generation { get; private set; }

    /// <summary>Ends all handles that were given out.</summary>
    public void End() => Generation++;

    /// <exception cref="InvalidOperationException">The memory was used again since.</exception>
    public void Check(int generation, in Shape shape)
    {
        if (generation != Generation)
            throw new InvalidOperationException($"The memory of this tensor ({shape}) has moved on: {mend}");
    }
}
