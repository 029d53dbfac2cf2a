using Nin.PtxSimulator.Instructions;
using Nin.PtxSimulator.Parsing;
using Class = Nin.PtxSimulator.Execution.InstructionClass;

namespace Nin.PtxSimulator.Execution;

/// <remarks>Here: reads, writes and atomics.</remarks>
sealed unsafe partial class Decoder
{
    void Access(Statement s, string[] parts, string type, ref Instruction i)
    {
        bool loads = parts[0] == "ld";
        string[] values = s.Operands[loads ? 0 : 1];
        string address = s.Operands[loads ? 1 : 0][0];
        i.Count = parts.Length == 3 ? 1 : parts.Length != 4 ? throw Unknown(s) : parts[2] switch { "v2" => 2, "v4" => 4, _ => throw Unknown(s) };
        if (values.Length != i.Count || type == "f16" || i.Count * Bytes(type, s) > 16) throw Unknown(s);
        int bytes = Bytes(type, s);
        string space = parts[1];
        (string name, i.Immediate) = Address(address, s);
        switch (space)
        {
            case "param" when loads:
                Variable parameter = kernel.Parameters.Find(p => p.Name == name);
                if (parameter.Name is null) throw Unknown(s);
                i.Immediate += parameter.Offset;
                i.Execute = type switch
                {
                    "s8" => &Parameters.Load<sbyte>,
                    "s16" => &Parameters.Load<short>,
                    _ => bytes switch { 1 => &Parameters.Load<byte>, 2 => &Parameters.Load<ushort>, 4 => &Parameters.Load<uint>, _ => &Parameters.Load<ulong> },
                };
                i.Class = Class.Parameter;
                break;
            case "global":
                i.Execute = loads
                    ? type switch
                    {
                        "s8" => &GlobalAccess.Load<sbyte>,
                        "s16" => &GlobalAccess.Load<short>,
                        _ => bytes switch { 1 => &GlobalAccess.Load<byte>, 2 => &GlobalAccess.Load<ushort>, 4 => &GlobalAccess.Load<uint>, _ => &GlobalAccess.Load<ulong> },
                    }
                    : bytes switch { 1 => &GlobalAccess.Store<byte>, 2 => &GlobalAccess.Store<ushort>, 4 => &GlobalAccess.Store<uint>, _ => &GlobalAccess.Store<ulong> };
                i.Class = loads ? Class.GlobalLoad : Class.GlobalStore;
                i.A = Pointer(name, s, ref i);
                break;
            case "shared":
                i.Execute = loads
                    ? type switch
                    {
                        "s8" => &SharedAccess.Load<sbyte>,
                        "s16" => &SharedAccess.Load<short>,
                        _ => bytes switch { 1 => &SharedAccess.Load<byte>, 2 => &SharedAccess.Load<ushort>, 4 => &SharedAccess.Load<uint>, _ => &SharedAccess.Load<ulong> },
                    }
                    : bytes switch { 1 => &SharedAccess.Store<byte>, 2 => &SharedAccess.Store<ushort>, 4 => &SharedAccess.Store<uint>, _ => &SharedAccess.Store<ulong> };
                i.Class = loads ? Class.SharedLoad : Class.SharedStore;
                i.A = Pointer(name, s, ref i);
                break;
            default:
                throw Unknown(s);
        }

        for (int part = 0; part < i.Count; part++) i.SetTarget(part, loads ? Register(values[part], type, s) : Source(values[part], type, s));
    }

    // cp.async.cg.shared.global [to], [from], bytes{, bytes that are read}; or commit_group, or wait_group n
    void Copy(Statement s, string[] parts, ref Instruction i)
    {
        i.Class = Class.Control;
        switch (s.Opcode)
        {
            case "cp.async.commit_group":
                i.Execute = &AsyncCopy.Commit;
                return;
            case "cp.async.wait_group":
                i.Execute = &AsyncCopy.Wait;
                i.Count = (int)Constant(s.Operands[0][0], s);
                return;
            case "cp.async.ca.shared.global" or "cp.async.cg.shared.global":
                i.Execute = &AsyncCopy.Start;
                i.Class = Class.AsyncCopy;
                i.Count = (int)Constant(s.Operands[2][0], s);
                if (i.Count is not (4 or 8 or 16) || (parts[2] == "cg" && i.Count != 16)) throw Unknown(s);
                (string source, i.SourceImmediate) = Address(s.Operands[1][0], s);
                i.B = Register(source, "u64", s);
                (string target, i.Immediate) = Address(s.Operands[0][0], s);
                i.A = Pointer(target, s, ref i);
                i.C = s.Operands.Length > 3 ? Source(s.Operands[3][0], "u32", s) : -1;
                return;
            default:
                throw Unknown(s);
        }
    }

    void Atomic(Statement s, string[] parts, string type, ref Instruction i)
    {
        if (parts.Length != 4 || parts[1] != "global") throw Unknown(s);
        bool reduces = parts[0] == "red";
        i.Execute = (parts[2], type) switch
        {
            ("add", "f32") => &Atomics.Global<AtomicAdd<float>, float>,
            ("add", "s32" or "u32") => &Atomics.Global<AtomicAdd<uint>, uint>,
            ("add", "u64" or "s64") => &Atomics.Global<AtomicAdd<ulong>, ulong>,
            ("min", "s32") => &Atomics.Global<AtomicMinimum<int>, int>,
            ("max", "s32") => &Atomics.Global<AtomicMaximum<int>, int>,
            ("min", "u32") => &Atomics.Global<AtomicMinimum<uint>, uint>,
            ("max", "u32") => &Atomics.Global<AtomicMaximum<uint>, uint>,
            ("exch", "b32" or "u32" or "s32" or "f32") => &Atomics.Global<AtomicExchange<uint>, uint>,
            _ => throw Unknown(s),
        };
        i.Class = Class.GlobalStore;
        (string name, i.Immediate) = Address(s.Operands[reduces ? 0 : 1][0], s);
        i.A = Pointer(name, s, ref i);
        i.B = Source(s.Operands[reduces ? 1 : 2][0], type, s);
        i.D = reduces ? -1 : Register(s.Operands[0][0], type, s);
    }

    int Pointer(string name, Statement s, ref Instruction i)
    {
        if (RegisterFile.IsRegister(name)) return Register(name, "u64", s);
        i.Immediate += SharedOffset(name) ?? throw Unknown(s);
        return registers.Constant(0, wide: true);
    }
}
