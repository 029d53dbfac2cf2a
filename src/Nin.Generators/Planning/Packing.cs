namespace Nin.Generators.Planning;

/// <summary>
/// Gives slots their offsets. The problem is NP-hard, so a few greedy orders are tried: large slots first, as TensorFlow Lite's
/// greedy-by-size planner does (Pisarchyk and Lee 2020, arXiv 2001.03288), slots that live long first, and slots in the order of time.
/// Each slot takes the lowest gap that is free for its whole life. Where none of the orders reaches the most that is alive at one moment,
/// the orders are improved step by step.
/// </summary>
static class Packing
{
    /// <summary>A plan that is longer than that lower bound by less than this fraction of it is good enough.</summary>
    const long Tolerance = 1000;

    /// <summary>Packs the slots and returns how many elements they take together.</summary>
    public static long Pack(IReadOnlyList<Slot> slots)
    {
        if (slots.Count == 0) return 0;

        long bound = LowerBound(slots), goal = bound + bound / Tolerance;
        PackingOrder[] orders =
        [
            new(slots.OrderByDescending(s => s.Size).ThenBy(s => s.First)),
            new(slots.OrderByDescending(s => s.Size * (s.Last - s.First + 1)).ThenBy(s => s.First)),
            new(slots.OrderByDescending(s => s.Last - s.First).ThenByDescending(s => s.Size)),
            new(slots.OrderBy(s => s.First).ThenByDescending(s => s.Size)),
        ];
        for (int i = 0; i < orders.Length && orders.All(o => o.Length > goal); i++) orders[i].Improve(goal);

        PackingOrder best = orders.OrderBy(o => o.Length).First();
        best.Place();
        return best.Length;
    }

    /// <summary>The lower bound of any plan: the most that is alive at one moment.</summary>
    public static long LowerBound(IReadOnlyList<Slot> slots) =>
        slots.Count == 0 ? 0 : slots.Max(at => slots.Where(s => s.First <= at.First && at.First <= s.Last).Sum(s => s.Size));
}

/// <summary>An order in which slots are placed, each in the lowest gap that is free for its whole life, and how far they then reach.</summary>
sealed class PackingOrder
{
    /// <summary>Changes tried: what the networks in the tests need, and about half a millisecond for one of twenty layers.</summary>
    const int MostChanges = 300;

    readonly List<Slot> placed = [];
    readonly List<Slot> order;
    uint random = 5;

    public PackingOrder(IEnumerable<Slot> slots)
    {
        order = [.. slots];
        Length = Place();
    }

    /// <summary>Elements that all slots take together in this order.</summary>
    public long Length { get; private set; }

    /// <summary>
    /// Hill climbing, as TensorFlow Lite Micro's planners for small devices do it: what reaches highest, or what is alive with it, gets another
    /// turn; a change is kept unless it makes the plan longer.
    /// </summary>
    /// <param name="goal">The length that is good enough.</param>
    public void Improve(long goal)
    {
        Place();
        Slot[] before = [.. order];
        long[] offsets = new long[order.Count];
        for (int i = 0; i < MostChanges && Length > goal; i++)
        {
            order.CopyTo(before);
            for (int k = 0; k < before.Length; k++) offsets[k] = before[k].Offset;
            Slot top = order.First(s => s.End == Length);
            List<Slot> near = order.FindAll(s => s.MeetsInTime(top));
            Move(near);
            if (Next(2) == 0) Move(near);
            long length = Place(Length);
            if (length <= Length)
            {
                Length = length;
                continue;
            }

            order.Clear();
            order.AddRange(before);
            for (int k = 0; k < before.Length; k++) before[k].Offset = offsets[k];
        }
    }

    /// <summary>Gives the slots their offsets and returns how far they reach.</summary>
    /// <param name="most">Where they reach farther, the rest is not placed: such an order is not kept.</param>
    public long Place(long most = long.MaxValue)
    {
        placed.Clear();
        long length = 0;
        foreach (Slot slot in order)
        {
            slot.Offset = 0;
            for (int i = 0; i < placed.Count; i++)
            {
                Slot other = placed[i];
                if (!other.MeetsInTime(slot)) continue;
                if (other.Offset >= slot.End) break;

                slot.Offset = Math.Max(slot.Offset, other.End);
            }

            // Kept in the order of memory, so that gaps are found from low to high.
            int at = 0;
            while (at < placed.Count && placed[at].Offset <= slot.Offset) at++;
            placed.Insert(at, slot);
            length = Math.Max(length, slot.End);
            if (length > most) break;
        }

        return length;
    }

    void Move(List<Slot> near)
    {
        Slot moved = near[Next(near.Count)];
        order.Remove(moved);
        order.Insert(Next(order.Count + 1), moved);
    }

    /// <summary>The same choices in every build: a linear congruential generator (Numerical Recipes, 7.1) with a fixed start.</summary>
    int Next(int count)
    {
        random = unchecked((1664525 * random) + 1013904223);
        return (int)((random >> 8) % (uint)count);
    }
}
