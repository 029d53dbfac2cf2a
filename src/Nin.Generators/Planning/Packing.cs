namespace Nin.Generators.Planning;

/// <summary>
/// Gives slots their offsets. The problem is NP-hard, so a few greedy orders are tried: large slots first, as TensorFlow Lite's
/// greedy-by-size planner does (Pisarchyk and Lee 2020, arXiv 2001.03288), slots that live long first, and slots in the order of time.
/// Each slot takes the lowest gap that is free for its whole life. Where none of the orders comes down to what is alive at one moment,
/// the orders are mended step by step.
/// </summary>
static class Packing
{
    /// <summary>A plan that is longer than what is alive at one moment by less than this part of it is good enough.</summary>
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
        for (int i = 0; i < orders.Length && orders.All(o => o.Length > goal); i++) orders[i].Mend(goal);

        PackingOrder best = orders.OrderBy(o => o.Length).First();
        best.Place();
        return best.Length;
    }

    /// <summary>What no plan can go below: the most that is alive at one moment.</summary>
    public static long LowerBound(IReadOnlyList<Slot> slots) =>
        slots.Count == 0 ? 0 : slots.Max(at => slots.Where(s => s.First <= at.First && at.First <= s.Last).Sum(s => s.Size));
}
