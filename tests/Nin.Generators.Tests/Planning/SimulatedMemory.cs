using Nin.Generators.Planning;

namespace Nin.Generators.Tests.Planning;

/// <summary>Memory that knows what is where: whatever is written ends all that it covers.</summary>
sealed class SimulatedMemory
{
    readonly List<(long Start, long End, string Content)> pieces = [];

    public void Write(Slot slot, string content)
    {
        pieces.RemoveAll(p => p.Start < slot.End && slot.Offset < p.End);
        pieces.Add((slot.Offset, slot.End, content));
    }

    /// <summary>Asked some hundred thousand times, so the assertion is made only where it fails.</summary>
    public void Read(Slot slot, string content)
    {
        if (!pieces.Contains((slot.Offset, slot.End, content))) pieces.Should().Contain((slot.Offset, slot.End, content), "it is read");
    }
}
