using System.Runtime.InteropServices;
using Nin.PtxSimulator.Instructions;
using Nin.PtxSimulator.Parsing;

namespace Nin.PtxSimulator.Execution;

/// <summary>A kernel of a module, decoded.</summary>
public sealed unsafe class PtxProgram
{
    static int programs;

    readonly RegisterFile registers;
    readonly string[] lines;
    readonly PtxKernel kernel;

    PtxProgram(PtxKernel kernel, string[] lines)
    {
        this.kernel = kernel;
        this.lines = lines;
        Dictionary<string, int> labels = [];
        for (int i = 0; i < kernel.Statements.Count; i++)
        {
            if (kernel.Statements[i].Label is { } label) labels[label] = i;
        }

        registers = new RegisterFile(kernel, labels);
        int[] joins = ControlFlow.Joins(kernel.Statements, labels);
        var isJoin = new HashSet<int>();
        for (int i = 0; i < joins.Length; i++)
        {
            if (joins[i] >= 0 && ControlFlow.IsBranch(kernel.Statements[i]) && kernel.Statements[i].Guard is not null) isJoin.Add(joins[i]);
        }

        var decoder = new Decoder(kernel, registers);
        List<Instruction> code = [];
        var places = new int[kernel.Statements.Count + 1];
        for (int i = 0; i < kernel.Statements.Count; i++)
        {
            Statement s = kernel.Statements[i];
            places[i] = code.Count;
            if (isJoin.Contains(i)) code.Add(new Instruction { Flow = Flow.Join, Guard = -1, Class = InstructionClass.Control, Line = s.Line });
            if (s.Label is null) code.Add(decoder.Decode(s) with { Index = code.Count, Join = joins[i] });
        }

        if (code.Count == 0 || code[^1].Flow != Flow.Exit || code[^1].Guard >= 0)
            code.Add(new Instruction { Flow = Flow.Exit, Guard = -1, Class = InstructionClass.Control, Line = lines.Length });
        Length = code.Count;
        // Lives as long as the process, as a module's code does on a device that nobody unloads it from.
        Code = (Instruction*)NativeMemory.AlignedAlloc((nuint)(Length * sizeof(Instruction)), 64);
        for (int i = 0, s = -1; i < Length; i++)
        {
            Instruction instruction = code[i];
            if (instruction.Flow == Flow.Branch)
            {
                s = decoder.StatementOf(instruction);
                instruction.Target = places[labels[kernel.Statements[s].Operands[0][0]]];
                if (instruction.Join >= 0) instruction.Join = places[instruction.Join];
            }

            Code[i] = instruction;
        }
    }

    /// <summary>The entry's name.</summary>
    public string Name => kernel.Name;

    /// <summary>Which of all programs that this process loaded it is.</summary>
    public int Number { get; } = Interlocked.Increment(ref programs);

    /// <summary>The module's text.</summary>
    public string Text => string.Join('\n', lines);

    /// <summary>Bytes of shared memory that it declares.</summary>
    public int SharedBytes => kernel.SharedBytes;

    /// <summary>Bytes of its parameters.</summary>
    public int ParameterBytes => kernel.ParameterBytes;

    /// <summary>Where its parameters lie in the arguments, and how long they are.</summary>
    public IEnumerable<(int Offset, int Bytes)> Parameters => kernel.Parameters.Select(p => (p.Offset, p.Bytes));

    /// <summary>Threads that a block may have, from <c>.maxntid</c>; 0 where it says nothing.</summary>
    public int MaxThreads => kernel.MaxThreads;

    internal Instruction* Code { get; }

    internal int Length { get; }

    internal int RegisterBytes => Math.Max(registers.Bytes, RegisterFile.Place);

    internal string TextOf(int line) => line - 1 < lines.Length ? lines[line - 1].Trim().Replace('\t', ' ') : "";

    /// <summary>Reads a module.</summary>
    /// <param name="text">PTX.</param>
    /// <exception cref="PtxException">It is not PTX, or has something that is not simulated.</exception>
    public static IReadOnlyList<PtxProgram> Load(string text)
    {
        string[] lines = text.Split('\n');
        return [.. PtxText.Read(text).Select(k => new PtxProgram(k, lines))];
    }

    /// <summary>Fills constants, special registers and the thread's indices in.</summary>
    internal void Prepare(Warp warp, in Launch launch)
    {
        byte* file = warp.Registers;
        foreach (var (bits, wide, place) in registers.Constants)
        {
            if (wide) new Span<ulong>(file + place, Warp.Lanes).Fill(bits);
            else new Span<uint>(file + place, Warp.Lanes).Fill((uint)bits);
        }

        foreach (var (name, place) in registers.Specials)
        {
            var lanes = new Span<int>(file + place, Warp.Lanes);
            switch (name)
            {
                case "%tid.x" or "%tid.y" or "%tid.z" or "%laneid":
                    for (int lane = 0; lane < Warp.Lanes; lane++) lanes[lane] = OfThread(name[^1], lane, warp.FirstThread + lane, launch);
                    break;
                default:
                    lanes.Fill(OfBlock(name, warp, launch));
                    break;
            }
        }
    }

    static int OfThread(char axis, int lane, int thread, in Launch launch) => axis switch
    {
        'x' => thread % launch.Group.X,
        'y' => thread / launch.Group.X % launch.Group.Y,
        'z' => thread / launch.Group.X / launch.Group.Y,
        _ => lane,
    };

    static int OfBlock(string name, Warp warp, in Launch launch) => name switch
    {
        "%ntid.x" => launch.Group.X,
        "%ntid.y" => launch.Group.Y,
        "%ntid.z" => launch.Group.Z,
        "%ctaid.x" => warp.Block.Position.X,
        "%ctaid.y" => warp.Block.Position.Y,
        "%ctaid.z" => warp.Block.Position.Z,
        "%nctaid.x" => launch.Grid.X,
        "%nctaid.y" => launch.Grid.Y,
        "%nctaid.z" => launch.Grid.Z,
        "%warpid" => warp.FirstThread / Warp.Lanes,
        _ => throw new System.Diagnostics.UnreachableException(name),
    };
}
