using System.Reflection;
using Nin.Kernels.Tests.Ptx;
using Nin.PtxSimulator;
using Nin.PtxSimulator.Execution;
using Nin.PtxSimulator.Memory;

namespace Nin.Cuda.Tests;

/// <summary>Runs kernels of one argument, an array of floats or a structure of such, on the simulated device itself: no driver is between.</summary>
sealed class KernelRunner : IDisposable
{
    readonly PtxCompiler compiler = new();
    readonly SimulatedDevice device = new(new DeviceMemory());

    /// <summary>The fault of a kernel; null where there is none.</summary>
    /// <param name="kernel">A static method over an <c>ArrayView</c>.</param>
    /// <param name="written">Floats that hold 1.</param>
    /// <param name="allocated">Floats of the array, where it has more.</param>
    /// <param name="shift">Bytes from the start of the allocation to that of the array.</param>
    public KernelFaultException? Fault(Delegate kernel, int written, int allocated = 0, int shift = 0)
    {
        try
        {
            Run(kernel.Method, 1, written, allocated, shift, 1);
            return null;
        }
        catch (KernelFaultException fault)
        {
            return fault;
        }
    }

    /// <summary>What blocks of a kernel do.</summary>
    /// <param name="kernel">A static method over an <c>ArrayView</c>.</param>
    /// <param name="floats">Floats of the array.</param>
    /// <param name="blocks">Blocks.</param>
    /// <param name="sampled">How many of them run; 0 for all.</param>
    /// <param name="arrays">Arrays of the argument, which all are the same.</param>
    public LaunchCounters Count(Delegate kernel, int floats, int blocks = 1, int sampled = 0, int arrays = 1)
    {
        device.Counts = true;
        device.SampledBlocks = sampled;
        Run(kernel.Method, blocks, floats, 0, 0, arrays);
        return device.Counted[^1];
    }

    public void Dispose() => compiler.Dispose();

    unsafe void Run(MethodInfo kernel, int blocks, int written, int allocated, int shift, int arrays)
    {
        PtxProgram program = PtxProgram.Load(compiler.Compile(kernel)).Single();
        Allocation memory = device.Memory.Allocate(Math.Max(written, allocated) * sizeof(float));
        new Span<float>(memory.Start, written).Fill(1);
        memory.MarkWritten(memory.Start, written * sizeof(float));
        var arguments = new byte[16 * arrays];
        for (int i = 0; i < arrays; i++)
        {
            BitConverter.TryWriteBytes(arguments.AsSpan(16 * i), (long)memory.Start + shift);
            BitConverter.TryWriteBytes(arguments.AsSpan(16 * i + 8), (long)written);
        }

        try
        {
            device.Run(program, new Launch((blocks, 1, 1), (CheckTests.Threads, 1, 1), 0, arguments));
        }
        finally
        {
            device.Memory.Free(memory.Start);
        }
    }
}
