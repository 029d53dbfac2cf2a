using System.Runtime.InteropServices;
using Nin.PtxSimulator;
using Nin.PtxSimulator.Execution;
using Nin.PtxSimulator.Memory;

namespace Nin.Cuda.Tests.Instructions;

/// <summary>A few instructions that 32 lanes run: each lane has its element of the operands in %a, %b and %c, and what it leaves in %d is the result.</summary>
static unsafe class Fragment
{
    public const int Lanes = 32;

    /// <summary>The number of each lane.</summary>
    public static int[] Lane { get; } = [.. Enumerable.Range(0, Lanes)];

    /// <summary>The same element in every lane.</summary>
    public static T[] All<T>(T value) => [.. Enumerable.Repeat(value, Lanes)];

    /// <param name="body">The instructions, one a line.</param>
    /// <param name="operands">Arrays of 32 elements.</param>
    /// <typeparam name="T">The result's type, which is that of %d.</typeparam>
    public static T[] Run<T>(string body, params Array[] operands)
        where T : unmanaged => Run<T>(Lanes, body, operands);

    /// <summary>The same by the first lanes alone.</summary>
    public static T[] Run<T>(int threads, string body, params Array[] operands)
        where T : unmanaged
    {
        string[] names = ["%a", "%b", "%c"];
        var text = new System.Text.StringBuilder();
        text.AppendLine(".version 8.0\n.target sm_90\n.address_size 64\n.visible .entry Fragment(\n.param .b64 result,");
        text.AppendLine(string.Join(",\n", operands.Select((_, o) => $".param .b64 operand{o}")) + "\n)\n{");
        text.AppendLine(".reg .pred %p<10>;\n.reg .b32 %r<10>;\n.reg .b64 %x<10>;\n.reg .f32 %f<10>;\n.reg .b16 %h<10>;\n.reg .b32 %t;");
        text.AppendLine($".reg .{Type(typeof(T))} %d;\n.shared .align 16 .b8 memory[1024];\nmov.u32 %t, %laneid;");
        for (int o = 0; o < operands.Length; o++)
        {
            string type = Type(operands[o].GetType().GetElementType()!);
            text.AppendLine($".reg .{type} {names[o]};\n.reg .b64 %q{names[o][1..]};\nld.param.b64 %q{names[o][1..]}, [operand{o}];");
            text.AppendLine($"mul.wide.u32 %x0, %t, {Bytes(type)};\nadd.u64 %q{names[o][1..]}, %q{names[o][1..]}, %x0;\nld.global.{type} {names[o]}, [%q{names[o][1..]}];");
        }

        text.AppendLine(body);
        text.AppendLine($".reg .b64 %qd;\nld.param.b64 %qd, [result];\nmul.wide.u32 %x0, %t, {sizeof(T)};\nadd.u64 %qd, %qd, %x0;\nst.global.{Type(typeof(T))} [%qd], %d;\nret;\n}}");

        var device = new SimulatedDevice(new DeviceMemory());
        Allocation result = device.Memory.Allocate(Lanes * sizeof(T));
        List<Allocation> inputs = [.. operands.Select(o => Upload(device, o))];
        byte[] arguments = [.. inputs.Prepend(result).SelectMany(a => BitConverter.GetBytes((long)a.Start))];
        try
        {
            device.Run(PtxProgram.Load(text.ToString()).Single(), new Launch((1, 1, 1), (threads, 1, 1), 0, arguments));
            return new Span<T>(result.Start, threads).ToArray();
        }
        finally
        {
            foreach (var allocation in inputs.Append(result)) device.Memory.Free(allocation.Start);
        }
    }

    static Allocation Upload(SimulatedDevice device, Array values)
    {
        int bytes = Buffer.ByteLength(values);
        Allocation memory = device.Memory.Allocate(bytes);
        MemoryMarshal.CreateSpan(ref MemoryMarshal.GetArrayDataReference(values), bytes).CopyTo(new Span<byte>(memory.Start, bytes));
        memory.MarkWritten(memory.Start, bytes);
        return memory;
    }

    static int Bytes(string type) => type[^2..] == "64" ? 8 : 4;

    static string Type(Type type) => type == typeof(float) ? "f32" : type == typeof(double) ? "f64" : type == typeof(int) ? "s32" : type == typeof(uint) ? "u32" : type == typeof(long) ? "s64" : "u64";
}
