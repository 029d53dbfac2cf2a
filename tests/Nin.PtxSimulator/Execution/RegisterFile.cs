using System.Globalization;
using Nin.PtxSimulator.Parsing;

namespace Nin.PtxSimulator.Execution;

/// <summary>
/// Gives each register, constant and special register of a kernel its place in a warp's register file. Registers that are never alive at
/// once share a place: a kernel names thousands, and a warp's file should stay in the cache.
/// </summary>
sealed class RegisterFile
{
    /// <summary>Bytes of one place: 32 lanes of 4 bytes.</summary>
    public const int Place = 128;

    static readonly HashSet<string> KnownSpecials =
    [
        "%tid.x", "%tid.y", "%tid.z", "%ntid.x", "%ntid.y", "%ntid.z", "%ctaid.x", "%ctaid.y", "%ctaid.z", "%nctaid.x", "%nctaid.y", "%nctaid.z", "%laneid", "%warpid",
    ];

    readonly PtxKernel kernel;
    readonly Dictionary<string, int> places = [];
    readonly Dictionary<(ulong Bits, bool Wide), int> constants = [];
    readonly Dictionary<string, int> specials = [];

    public RegisterFile(PtxKernel kernel, Dictionary<string, int> labels)
    {
        this.kernel = kernel;
        // Lanes that wait at a branch keep what they hold while others run on: a place is shared only where each lane has its own part of it in both
        // uses. A predicate's 32 bits lie where lane 0 of a number does.
        foreach (var ranges in Liveness.Of(kernel, labels).GroupBy(r => KindOf(r.Register))) Assign(ranges, ranges.Key == RegisterKind.Wide ? 2 * Place : Place);
    }

    public int Bytes { get; private set; }

    /// <summary>Constants with their places and whether they have 64 bits.</summary>
    public IEnumerable<(ulong Bits, bool Wide, int Place)> Constants => constants.Select(c => (c.Key.Bits, c.Key.Wide, c.Value));

    /// <summary>Special registers with their places.</summary>
    public IEnumerable<(string Name, int Place)> Specials => specials.Select(s => (s.Key, s.Value));

    public static bool IsRegister(string operand) => operand.StartsWith('%') && !IsSpecial(operand);

    static bool IsSpecial(string operand) =>
        operand.Contains('.', StringComparison.Ordinal) || operand is "%laneid" or "%warpid";

    public int Register(string name, int line) =>
        places.TryGetValue(name, out int place) ? place : throw new PtxException($"line {line}: {name} is read and never written");

    public int Special(string name, int line)
    {
        if (!KnownSpecials.Contains(name)) throw new PtxException($"line {line}: the special register {name} is not simulated");
        if (!specials.TryGetValue(name, out int place)) specials[name] = place = Take(Place);
        return place;
    }

    public int Constant(ulong bits, bool wide)
    {
        if (!constants.TryGetValue((bits, wide), out int place)) constants[(bits, wide)] = place = Take(wide ? 2 * Place : Place);
        return place;
    }

    public RegisterKind KindOf(string register)
    {
        int digits = register.Length;
        while (digits > 0 && char.IsAsciiDigit(register[digits - 1])) digits--;
        // .reg .f32 %x;   or   .reg .f32 %f<10>;
        if (!kernel.Registers.TryGetValue(register, out string? type) && !kernel.Registers.TryGetValue(register[..digits], out type)) throw new PtxException($"{register} is not declared");
        return type == "pred" ? RegisterKind.Predicate : type is "b64" or "s64" or "u64" or "f64" ? RegisterKind.Wide : RegisterKind.Narrow;
    }

    void Assign(IEnumerable<LiveRange> ranges, int bytes)
    {
        var free = new Stack<int>();
        var ends = new PriorityQueue<int, int>();
        foreach (var range in ranges.OrderBy(r => r.First))
        {
            while (ends.TryPeek(out int ended, out int last) && last < range.First)
            {
                ends.Dequeue();
                free.Push(ended);
            }

            int place = free.TryPop(out int reused) ? reused : Take(bytes);
            places[range.Register] = place;
            ends.Enqueue(place, range.Last);
        }
    }

    int Take(int bytes)
    {
        int place = Bytes;
        Bytes += bytes;
        return place;
    }
}

/// <summary>How much of a register file a register takes.</summary>
enum RegisterKind
{
    Predicate,
    Narrow,
    Wide,
}

/// <summary>The statements from the first to the last at which a register's value is needed.</summary>
readonly record struct LiveRange(string Register, int First, int Last);

/// <summary>Which registers are alive where: the data-flow equations over the statements, going backwards until nothing changes.</summary>
static class Liveness
{
    public static IEnumerable<LiveRange> Of(PtxKernel kernel, Dictionary<string, int> labels)
    {
        var statements = kernel.Statements;
        Dictionary<string, int> numbers = [];
        var uses = new List<(int Register, bool Writes)>[statements.Count];
        for (int i = 0; i < statements.Count; i++) uses[i] = [.. Uses(statements[i]).Select(u => (Number(u.Register), u.Writes))];
        int words = (numbers.Count + 63) / 64;

        // Of blocks that end at branches and begin at labels.
        List<int> starts = [];
        for (int i = 0; i < statements.Count; i++)
        {
            if (i == 0 || statements[i].Label is not null || ControlFlow.EndsBlock(statements[i - 1])) starts.Add(i);
        }

        var block = new Dictionary<int, int>();
        for (int b = 0; b < starts.Count; b++) block[starts[b]] = b;
        ulong[][] aliveBefore = [.. starts.Select(_ => new ulong[words])];
        int[] first = new int[numbers.Count], last = new int[numbers.Count];
        Array.Fill(first, int.MaxValue);
        Array.Fill(last, -1);
        for (bool changed = true; changed;)
        {
            changed = false;
            for (int b = starts.Count - 1; b >= 0; b--)
            {
                int end = b + 1 < starts.Count ? starts[b + 1] : statements.Count;
                ulong[] alive = AliveAfter(b, end);
                Walk(starts[b], end, (ulong[])alive.Clone(), alive);
                if (alive.AsSpan().SequenceEqual(aliveBefore[b])) continue;
                aliveBefore[b] = alive;
                changed = true;
            }
        }

        return numbers.Select(n => new LiveRange(n.Key, first[n.Value], last[n.Value]));

        int Number(string register)
        {
            if (!numbers.TryGetValue(register, out int n)) numbers[register] = n = numbers.Count;
            return n;
        }

        ulong[] AliveAfter(int b, int end)
        {
            var alive = new ulong[words];
            Statement s = statements[end - 1];
            if (ControlFlow.IsBranch(s)) Add(aliveBefore[block[labels[s.Operands[0][0]]]]);
            if ((!ControlFlow.EndsBlock(s) || s.Guard is not null) && b + 1 < starts.Count) Add(aliveBefore[b + 1]);
            return alive;

            void Add(ulong[] others)
            {
                for (int w = 0; w < words; w++) alive[w] |= others[w];
            }
        }

        void Walk(int start, int end, ulong[] after, ulong[] alive)
        {
            Extend(after, end - 1);
            for (int i = end - 1; i >= start; i--)
            {
                foreach (var (register, _) in uses[i])
                {
                    first[register] = Math.Min(first[register], i);
                    last[register] = Math.Max(last[register], i);
                }

                // A guarded write may leave the old value: it ends no life.
                if (statements[i].Guard is null)
                {
                    foreach (var (register, writes) in uses[i])
                    {
                        if (writes) alive[register >> 6] &= ~(1UL << (register & 63));
                    }
                }

                foreach (var (register, writes) in uses[i])
                {
                    if (!writes) alive[register >> 6] |= 1UL << (register & 63);
                }
            }

            Extend(alive, start);
        }

        void Extend(ulong[] alive, int at)
        {
            for (int w = 0; w < words; w++)
            {
                for (ulong left = alive[w]; left != 0; left &= left - 1)
                {
                    int register = w * 64 + System.Numerics.BitOperations.TrailingZeroCount(left);
                    first[register] = Math.Min(first[register], at);
                    last[register] = Math.Max(last[register], at);
                }
            }
        }
    }

    static IEnumerable<(string Register, bool Writes)> Uses(Statement s)
    {
        if (s.Label is not null) yield break;
        if (s.Guard is not null) yield return (s.Guard, false);
        // The first operand is written, unless it is an address or there is nothing to write.
        bool writesFirst = !s.Opcode.StartsWith("st.", StringComparison.Ordinal) && !s.Opcode.StartsWith("red.", StringComparison.Ordinal)
            && !s.Opcode.StartsWith("cp.async", StringComparison.Ordinal);
        for (int o = 0; o < s.Operands.Length; o++)
        {
            foreach (string part in s.Operands[o])
            {
                string name = Base(part);
                if (RegisterFile.IsRegister(name)) yield return (name, o == 0 && writesFirst);
            }
        }
    }

    /// <summary>What an address starts with, or the operand itself.</summary>
    static string Base(string operand)
    {
        if (!operand.StartsWith('[')) return operand;
        string inner = operand[1..^1].Trim();
        int plus = inner.IndexOfAny(['+', '-']);
        return plus < 0 ? inner : inner[..plus].Trim();
    }
}
