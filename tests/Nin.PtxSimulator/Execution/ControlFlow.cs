using Nin.PtxSimulator.Parsing;

namespace Nin.PtxSimulator.Execution;

/// <summary>Where the lanes of each branch meet again: the first statement that every path from it to the exit goes through.</summary>
static class ControlFlow
{
    /// <summary>For each statement that may branch, the index of the statement where its paths meet; -1 where only at the exit.</summary>
    /// <param name="statements">The kernel's statements, labels included.</param>
    /// <param name="labels">The statement of each label.</param>
    public static int[] Joins(IReadOnlyList<Statement> statements, Dictionary<string, int> labels)
    {
        // Blocks begin at labels and after branches; the virtual exit comes last.
        int count = statements.Count;
        var starts = new SortedSet<int> { 0 };
        for (int i = 0; i < count; i++)
        {
            if (statements[i].Label is not null) starts.Add(i);
            if (EndsBlock(statements[i]) && i + 1 < count) starts.Add(i + 1);
        }

        int[] first = [.. starts];
        int exit = first.Length;
        var blockOf = new int[count];
        for (int b = 0; b < exit; b++)
        {
            for (int i = first[b], end = b + 1 < exit ? first[b + 1] : count; i < end; i++) blockOf[i] = b;
        }

        var successors = new List<int>[exit];
        for (int b = 0; b < exit; b++) successors[b] = Successors(statements, labels, blockOf, first, b, exit);
        int[] next = PostDominators(successors, exit);
        var joins = new int[count];
        for (int i = 0; i < count; i++) joins[i] = next[blockOf[i]] == exit ? -1 : first[next[blockOf[i]]];
        return joins;
    }

    /// <summary>Whether nothing of its block comes after it.</summary>
    public static bool EndsBlock(Statement s) => s.Opcode is "ret" or "ret.uni" or "exit" || IsBranch(s);

    public static bool IsBranch(Statement s) => s.Opcode is "bra" or "bra.uni";

    static List<int> Successors(
        IReadOnlyList<Statement> statements, Dictionary<string, int> labels, int[] blockOf, int[] first, int block, int exit)
    {
        int last = (block + 1 < exit ? first[block + 1] : statements.Count) - 1;
        Statement s = statements[last];
        List<int> found = [];
        if (IsBranch(s)) found.Add(blockOf[labels[s.Operands[0][0]]]);
        else if (EndsBlock(s)) found.Add(exit);
        if (!EndsBlock(s) || s.Guard is not null) found.Add(block + 1 < exit ? block + 1 : exit);
        return found;
    }

    /// <summary>Immediate post-dominators (Cooper, Harvey and Kennedy 2001, <i>A Simple, Fast Dominance Algorithm</i>, on the reversed graph).</summary>
    static int[] PostDominators(List<int>[] successors, int exit)
    {
        var predecessors = new List<int>[exit + 1];
        for (int b = 0; b <= exit; b++) predecessors[b] = [];
        for (int b = 0; b < exit; b++)
        {
            foreach (int s in successors[b]) predecessors[s].Add(b);
        }

        // Post-order of the reversed graph, from the exit, without recursion.
        var order = new int[exit + 1];
        Array.Fill(order, -1);
        List<int> finished = [];
        var seen = new bool[exit + 1];
        var stack = new Stack<(int Block, int Child)>([(exit, 0)]);
        seen[exit] = true;
        while (stack.TryPop(out var at))
        {
            if (at.Child < predecessors[at.Block].Count)
            {
                stack.Push((at.Block, at.Child + 1));
                int p = predecessors[at.Block][at.Child];
                if (seen[p]) continue;
                seen[p] = true;
                stack.Push((p, 0));
            }
            else
            {
                order[at.Block] = finished.Count;
                finished.Add(at.Block);
            }
        }

        var next = new int[exit + 1];
        Array.Fill(next, -1);
        next[exit] = exit;
        for (bool changed = true; changed;)
        {
            changed = false;
            for (int f = finished.Count - 2; f >= 0; f--)
            {
                int b = finished[f], meet = -1;
                foreach (int s in successors[b])
                {
                    if (next[s] < 0) continue;
                    meet = meet < 0 ? s : Intersect(meet, s);
                }

                if (next[b] == meet) continue;
                next[b] = meet;
                changed = true;
            }
        }

        // A block that never reaches the exit meets nowhere.
        for (int b = 0; b < exit; b++)
        {
            if (next[b] < 0) next[b] = exit;
        }

        return next;

        int Intersect(int a, int b)
        {
            while (a != b)
            {
                while (order[a] < order[b]) a = next[a];
                while (order[b] < order[a]) b = next[b];
            }

            return a;
        }
    }
}
