using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Nin.Kernels.Tests.Ptx;

namespace Nin.Benchmarks.Estimate;

/// <summary>What executes a machine instruction.</summary>
enum Pipe
{
    /// <summary>Nothing but the place where it is issued: branches, barriers, memory, constants, and what runs once for a warp.</summary>
    None,

    /// <summary>Float32 multiply-adds, additions and products.</summary>
    Float32,

    /// <summary>Integer multiply-adds, and copies that the assembler writes as such: half of the units of float32.</summary>
    Multiply,

    /// <summary>Other integers, comparisons, selections and logic.</summary>
    Integer,

    /// <summary>Conversions and special functions.</summary>
    Special,

    /// <summary>Tensor cores.</summary>
    Tensor,
}

/// <summary>
/// What NVIDIA's assembler makes of a kernel, and how often each machine instruction runs, going by how often the lines of PTX ran that it came from. The
/// assembler is told where each line is as if it were source code, and the disassembler says so beside the instructions. A block of instructions runs
/// as often as most of its lines that have one counterpart each: multiply-adds and memory accesses, or, without these, as its median line. Lines of an unrolled
/// loop occur in several places, and count in each a part.
/// </summary>
sealed partial class MachineCode
{
    static readonly (string Ptx, string Machine)[] Counterparts =
    [
        ("fma.rn.f32", "FFMA"), ("mma.sync", "HMMA"), ("ld.global", "LDG"), ("st.global", "STG"), ("ld.shared", "LDS"), ("st.shared", "STS"), ("bar.sync", "BAR"), ("cp.async.c", "LDGSTS"),
    ];

    readonly List<Instruction[]> blocks = [];

    // For each line how often it occurs in the machine code.
    readonly Dictionary<int, double> copies = [];

    MachineCode(string ptx, string disassembly)
    {
        string[] lines = ptx.Split('\n', StringSplitOptions.TrimEntries);
        Read(disassembly, lines);
        var places = blocks.SelectMany(b => b).Where(i => i.Line > 0).ToLookup(i => i.Line);
        for (int first = 0; first < lines.Length;)
        {
            int end = first + 1;
            while (end < lines.Length && !lines[end].EndsWith(':') && !lines[end - 1].Contains("bra ", StringComparison.Ordinal)) end++;
            int[] own = [.. Enumerable.Range(first + 1, end - first).Where(places.Contains)];
            int[] exact = [.. own.Select(l => places[l].Count(i => i.IsCounterpart)).Where(n => n > 0)];
            int[] any = exact is [] ? [.. own.Select(l => places[l].Count())] : exact;
            if (any is not []) foreach (int line in own) copies[line] = any.CountBy(n => n).MaxBy(n => n.Value).Key;
            first = end;
        }
    }

    /// <summary>Assembles a module of one kernel and reads it back.</summary>
    /// <exception cref="InvalidOperationException">The assembler or the disassembler fails.</exception>
    public static MachineCode Of(string ptx)
    {
        string folder = Directory.CreateTempSubdirectory("nin").FullName;
        try
        {
            string text = Path.Combine(folder, "kernel.ptx"), binary = Path.Combine(folder, "kernel.cubin");
            File.WriteAllText(text, WithLocations(ptx));
            Run(Ptxas.Path!, "-lineinfo", $"-arch={Ptxas.Architecture}", text, "-o", binary);
            return new(ptx, Run(Path.Combine(Path.GetDirectoryName(Ptxas.Path)!, "nvdisasm"), "-g", "-c", binary));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Machine instructions that warps issued, by pipe.</summary>
    /// <param name="ran">How often the warps ran each line of PTX.</param>
    public Dictionary<Pipe, double> Count(IReadOnlyDictionary<int, double> ran)
    {
        var counts = Enum.GetValues<Pipe>().ToDictionary(p => p, _ => 0.0);
        foreach (var block in blocks)
        {
            double[] runs = [.. block.Where(i => i.IsCounterpart).Select(Runs)];
            if (runs is []) runs = [.. block.Where(i => i.Line > 0).Select(Runs)];
            if (runs is []) continue;
            Array.Sort(runs);
            foreach (var instruction in block) counts[instruction.Pipe] += runs[runs.Length / 2];
        }

        return counts;

        double Runs(Instruction i) => ran.GetValueOrDefault(i.Line) / copies.GetValueOrDefault(i.Line, 1);
    }

    void Read(string disassembly, string[] lines)
    {
        List<Instruction> block = [];
        int line = 0;
        foreach (string text in disassembly.Split('\n', StringSplitOptions.TrimEntries))
        {
            if (Location().Match(text) is { Success: true } location) line = int.Parse(location.Groups[1].Value, CultureInfo.InvariantCulture);
            else if (text.EndsWith(':')) End();
            else if (Operation().Match(text) is { Success: true } operation)
            {
                string name = operation.Groups[1].Value;
                bool isCounterpart = line > 0 && Counterparts.Any(c => name.StartsWith(c.Machine, StringComparison.Ordinal) && lines[line - 1].Contains(c.Ptx, StringComparison.Ordinal));
                if (name != "NOP") block.Add(new(line, PipeOf(name), isCounterpart));
                if (name.StartsWith("BRA", StringComparison.Ordinal) || name is "EXIT") End();
            }
        }

        End();

        void End()
        {
            if (block.Count > 0) blocks.Add([.. block]);
            block.Clear();
        }
    }

    // CUDA C++ Programming Guide, "Arithmetic Instructions", has the rates; names are those of the "CUDA Binary Utilities".
    static Pipe PipeOf(string name)
    {
        string root = name.Split('.')[0];
        if (root is "FFMA" or "FADD" or "FMUL") return Pipe.Float32;
        if (root is "IMAD" or "IMUL" or "IDP") return Pipe.Multiply;
        if (root is "HMMA" or "IMMA" or "DMMA") return Pipe.Tensor;
        if (root is "MUFU" or "F2F" or "F2I" or "I2F" or "FRND" or "SHFL" or "POPC" or "FLO" || root.StartsWith('D')) return Pipe.Special;
        if (root.StartsWith('U') || root.StartsWith("LD", StringComparison.Ordinal) || root.StartsWith("ST", StringComparison.Ordinal)) return Pipe.None;
        return root is "BRA" or "BRX" or "EXIT" or "BAR" or "BSSY" or "BSYNC" or "CALL" or "RET" or "WARPSYNC" or "S2R" or "S2UR" or "R2UR" or "CS2R" or "DEPBAR" or "MEMBAR" or "ATOMG" or "RED"
            ? Pipe.None : Pipe.Integer;
    }

    static string WithLocations(string ptx)
    {
        var text = new StringBuilder();
        bool inBody = false;
        int line = 0;
        foreach (string raw in Ptxas.Readable(ptx).Split('\n'))
        {
            line++;
            string trimmed = raw.Trim();
            if (trimmed == "{") inBody = true;
            if (inBody && trimmed.EndsWith(';') && trimmed[0] != '.') text.AppendLine(CultureInfo.InvariantCulture, $".loc 1 {line} 0");
            text.AppendLine(raw);
            if (trimmed.StartsWith(".address_size", StringComparison.Ordinal)) text.AppendLine(".file 1 \"kernel.ptx\"");
        }

        return text.ToString();
    }

    static string Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{Path.GetFileName(program)}: {errors.Result}");
    }

    [GeneratedRegex("""^//## File ".*", line (\d+)""")]
    private static partial Regex Location();

    [GeneratedRegex(@"^/\*[0-9a-f]{4,}\*/\s+(?:@!?U?P[T0-9]+\s+)?([A-Z][A-Z0-9_.]*)")]
    private static partial Regex Operation();

    readonly record struct Instruction(int Line, Pipe Pipe, bool IsCounterpart);
}
