using System.Globalization;

namespace Nin.PtxSimulator.Parsing;

/// <summary>Something in a text that this simulator does not execute, or that is not PTX.</summary>
/// <param name="message">Which line and why.</param>
public sealed class PtxException(string message) : Exception(message);

/// <summary>One statement of a kernel: a label, or an instruction with its operands as text.</summary>
/// <param name="Line">Its line in the text, from 1 on.</param>
/// <param name="Label">The label's name; null for an instruction.</param>
/// <param name="Guard">The predicate's register that guards it, or null.</param>
/// <param name="GuardIsNegated">Whether it runs where the predicate is false.</param>
/// <param name="Opcode">Such as <c>ld.global.v4.f32</c>.</param>
/// <param name="Operands">Each operand's parts: one, or those of a vector in braces.</param>
sealed record Statement(int Line, string? Label, string? Guard, bool GuardIsNegated, string Opcode, string[][] Operands);

/// <summary>Memory that a kernel declares under a name: a parameter, or an array in shared memory.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Offset">Bytes from the start of its space.</param>
/// <param name="Bytes">Its size; 0 for shared memory whose size the launch gives.</param>
readonly record struct Variable(string Name, int Offset, int Bytes);

/// <summary>An entry of a module, read and not yet decoded.</summary>
sealed class PtxKernel
{
    public required string Name { get; init; }

    public List<Variable> Parameters { get; } = [];

    public int ParameterBytes { get; set; }

    public List<Variable> Shared { get; } = [];

    public int SharedBytes { get; set; }

    /// <summary>Threads that a group may have, from <c>.maxntid</c>; 0 where it says nothing.</summary>
    public int MaxThreads { get; set; }

    /// <summary>Every declared register's type, such as <c>f32</c>, by the letters of its name: <c>%f</c>.</summary>
    public Dictionary<string, string> Registers { get; } = [];

    public List<Statement> Statements { get; } = [];
}

/// <summary>Reads PTX as ILGPU writes it: one declaration or instruction a line (NVIDIA, <i>PTX ISA</i> 8.0, section 4).</summary>
static class PtxText
{
    /// <exception cref="PtxException">A line is not understood.</exception>
    public static List<PtxKernel> Read(string text)
    {
        List<PtxKernel> kernels = [];
        var moduleShared = new PtxKernel { Name = "module" };
        PtxKernel? kernel = null;
        bool inParameters = false, inFunction = false;
        int number = 0, depth = 0;
        foreach (string raw in text.Split('\n'))
        {
            number++;
            int comment = raw.IndexOf("//", StringComparison.Ordinal);
            string line = (comment < 0 ? raw : raw[..comment]).Trim();
            if (line.Length == 0) continue;
            if (kernel is null && !inFunction)
            {
                if (line.StartsWith(".visible .entry", StringComparison.Ordinal) || line.StartsWith(".entry", StringComparison.Ordinal))
                {
                    kernel = new PtxKernel { Name = line[(line.IndexOf(".entry", StringComparison.Ordinal) + 6)..].TrimEnd('(', ')', ' ').Trim() };
                    kernel.Shared.AddRange(moduleShared.Shared);
                    kernel.SharedBytes = moduleShared.SharedBytes;
                    inParameters = line.EndsWith('(');
                    continue;
                }

                // Bodies of intrinsics, which ILGPU writes out although every call was replaced; a call to one is refused.
                if (line.Contains(".func", StringComparison.Ordinal)) inFunction = !line.EndsWith(';');
                else if (line.StartsWith(".shared", StringComparison.Ordinal) || line.StartsWith(".extern .shared", StringComparison.Ordinal)) DeclareShared(moduleShared, line, number);
                else if (!line.StartsWith(".version", StringComparison.Ordinal) && !line.StartsWith(".target", StringComparison.Ordinal) && !line.StartsWith(".address_size", StringComparison.Ordinal))
                    throw Unknown(number, line);
                continue;
            }

            if (line == "{")
            {
                depth++;
                continue;
            }

            if (line == "}")
            {
                if (--depth > 0) continue;
                if (kernel is not null) kernels.Add(kernel);
                kernel = null;
                inFunction = false;
                continue;
            }

            if (inFunction) continue;
            if (inParameters)
            {
                if (line == ")") inParameters = false;
                else
                {
                    DeclareParameter(kernel!, line.TrimEnd(')', ','), number);
                    if (line.EndsWith(')')) inParameters = false;
                }

                continue;
            }

            Body(kernel!, line, number);
        }

        return kernels;
    }

    static void Body(PtxKernel kernel, string line, int number)
    {
        if (line.StartsWith(".reg", StringComparison.Ordinal))
        {
            // .reg .b32 %r<10>;
            string[] words = line.TrimEnd(';').Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            int count = words[2].IndexOf('<', StringComparison.Ordinal);
            kernel.Registers[count < 0 ? words[2] : words[2][..count]] = words[1][1..];
        }
        else if (line.StartsWith(".shared", StringComparison.Ordinal) || line.StartsWith(".extern .shared", StringComparison.Ordinal)) DeclareShared(kernel, line, number);
        else if (line.StartsWith(".maxntid", StringComparison.Ordinal))
            kernel.MaxThreads = line[8..].TrimEnd(';').Split(',').Aggregate(1, (product, word) => product * int.Parse(word, CultureInfo.InvariantCulture));
        else if (line.StartsWith(".minnctapersm", StringComparison.Ordinal) || line.StartsWith(".loc", StringComparison.Ordinal))
        {
            // What the assembler takes as a hint.
        }
        else if (line.StartsWith('.')) throw Unknown(number, line);
        else if (line.EndsWith(':')) kernel.Statements.Add(new(number, line[..^1], null, false, "", []));
        else kernel.Statements.Add(Instruction(line, number));
    }

    static Statement Instruction(string line, int number)
    {
        if (!line.EndsWith(';')) throw Unknown(number, line);
        string rest = line[..^1].Trim();
        string? guard = null;
        bool negated = false;
        if (rest.StartsWith('@'))
        {
            int space = rest.IndexOfAny([' ', '\t']);
            negated = rest[1] == '!';
            guard = rest[(negated ? 2 : 1)..space];
            rest = rest[space..].Trim();
        }

        int end = rest.IndexOfAny([' ', '\t']);
        string opcode = end < 0 ? rest : rest[..end];
        return new(number, null, guard, negated, opcode, end < 0 ? [] : Operands(rest[end..]));
    }

    static string[][] Operands(string text)
    {
        List<string[]> operands = [];
        int at = 0;
        while (at < text.Length)
        {
            if (char.IsWhiteSpace(text[at]) || text[at] == ',')
            {
                at++;
                continue;
            }

            int end;
            if (text[at] == '{')
            {
                end = text.IndexOf('}', at);
                operands.Add(text[(at + 1)..end].Split(',', StringSplitOptions.TrimEntries));
                at = end + 1;
                continue;
            }

            end = text.IndexOf(',', at);
            if (end < 0) end = text.Length;
            operands.Add([text[at..end].Trim()]);
            at = end;
        }

        return [.. operands];
    }

    static void DeclareParameter(PtxKernel kernel, string line, int number)
    {
        Variable variable = Declared(line, kernel.ParameterBytes, number, out _);
        kernel.Parameters.Add(variable);
        kernel.ParameterBytes = variable.Offset + variable.Bytes;
    }

    static void DeclareShared(PtxKernel kernel, string line, int number)
    {
        Variable variable = Declared(line.TrimEnd(';'), kernel.SharedBytes, number, out _);
        kernel.Shared.Add(variable);
        kernel.SharedBytes = variable.Offset + variable.Bytes;
    }

    // .param .align 8 .b8 _x_12[16]   or   .param .b32 _y_13
    static Variable Declared(string line, int at, int number, out string name)
    {
        string[] words = line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        int align = 0, size = 0;
        name = words[^1];
        for (int i = 1; i < words.Length - 1; i++)
        {
            if (words[i] == ".align") align = int.Parse(words[++i], CultureInfo.InvariantCulture);
            else if (words[i] is not (".shared" or ".param")) size = PtxType.Bytes(words[i][1..], number);
        }

        int count = 1, bracket = name.IndexOf('[', StringComparison.Ordinal);
        if (bracket >= 0)
        {
            string inner = name[(bracket + 1)..^1];
            count = inner.Length == 0 ? 0 : int.Parse(inner, CultureInfo.InvariantCulture);
            name = name[..bracket];
        }

        align = Math.Max(align, Math.Max(size, 1));
        return new(name, (at + align - 1) / align * align, size * count);
    }

    static PtxException Unknown(int number, string line) => new($"line {number}: '{line}' is not understood");
}

/// <summary>The types of PTX, by name.</summary>
static class PtxType
{
    public static int Bytes(string type, int line) => type switch
    {
        "b8" or "s8" or "u8" => 1,
        "b16" or "s16" or "u16" or "f16" => 2,
        "b32" or "s32" or "u32" or "f32" => 4,
        "b64" or "s64" or "u64" or "f64" => 8,
        _ => throw new PtxException($"line {line}: there is no type '{type}' here"),
    };
}
