using Nin.Shapes.Sizes;

namespace Nin.Generators.Planning;

/// <summary>A piece of memory an example, from the moment that it is first written to the moment that it is last read.</summary>
sealed class Slot(long length, int first, int last)
{
    /// <summary>Float32 elements.</summary>
    public long Length { get; } = length;

    /// <summary>Elements that it takes.</summary>
    public long Size => SlotSize.RoundUp(Length);

    /// <summary>When it is first written.</summary>
    public int First { get; } = first;

    /// <summary>When it is last read.</summary>
    public int Last { get; private set; } = last;

    /// <summary>Where it starts; -1 until it is packed.</summary>
    public long Offset { get; set; } = -1;

    /// <summary>Where it ends.</summary>
    public long End => Offset + Size;

    /// <summary>Lets it live on.</summary>
    public void Extend(int last) => Last = Math.Max(Last, last);

    /// <summary>Whether both are alive at some moment. What is read and what is written at one moment are both alive.</summary>
    public bool MeetsInTime(Slot other) => First <= other.Last && other.First <= Last;
}
