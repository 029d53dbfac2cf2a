namespace Nin.Generators.Planning;

/// <summary>
/// Gives slots their offsets. The problem is NP-hard, so a few greedy orders are tried and the best is kept: large slots first, as
/// TensorFlow Lite's greedy-by-size planner does (Pisarchyk and Lee 2020, arXiv 2001.03288), slots that live long first, and slots in the
/// order of time. Each takes the lowest gap that is free for its whole life.
/// </summary>
static class Packing
{
    /// <summary>Packs the slots and returns how many elements they take together.</summary>
    public static long Pack(IReadOnlyList<Slot> slots)
    {
        IEnumerable<Slot>[] orders =
        [
            slots.OrderByDescending(s => s.Size).ThenBy(s => s.First),
            slots.OrderByDescending(s => s.Size * (s.Last - s.First + 1)).ThenBy(s => s.First),
            slots.OrderByDescending(s => s.Last - s.First).ThenByDescending(s => s.Size),
            slots.OrderBy(s => s.First).ThenByDescending(s => s.Size),
        ];
        long[] best = [];
        long least = long.MaxValue;
        foreach (IEnumerable<Slot> order in orders)
        {
            long length = Place(order);
            if (length >= least) continue;

            least = length;
            best = [.. slots.Select(s => s.Offset)];
        }

        for (int i = 0; i < slots.Count; i++) slots[i].Offset = best[i];
        return slots.Count == 0 ? 0 : least;
    }

    /// <summary>What no plan can go below: the most that is alive at one moment.</summary>
    public static long LowerBound(IReadOnlyList<Slot> slots) =>
        slots.Count == 0 ? 0 : slots.Max(at => slots.Where(s => s.First <= at.First && at.First <= s.Last).Sum(s => s.Size));

    static long Place(IEnumerable<Slot> order)
    {
        List<Slot> placed = [];
        long length = 0;
        foreach (Slot slot in order)
        {
            slot.Offset = 0;
            foreach (Slot other in placed)
            {
                if (!other.MeetsInTime(slot)) continue;
                if (other.Offset >= slot.End) break;

                slot.Offset = Math.Max(slot.Offset, other.End);
            }

            // Kept in the order of memory, so that gaps are met from low to high.
            int at = placed.FindIndex(p => p.Offset > slot.Offset);
            placed.Insert(at < 0 ? placed.Count : at, slot);
            length = Math.Max(length, slot.End);
        }

        return length;
    }
}
