using System.Reflection;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using Nin.Ops;

namespace Nin.Kernels.Tests.Ptx;

/// <summary>Compiles kernels to PTX text for an H100, with the options that devices use and without a GPU.</summary>
public sealed class PtxCompiler : IDisposable
{
    readonly Context context;
    readonly PTXBackend backend;
    readonly Dictionary<MethodInfo, string> texts = [];

    public PtxCompiler()
    {
        context = Context.Create(builder => builder.EnableNin());
        backend = new PTXBackend(context, new CudaArchitecture(9, 0), CudaInstructionSet.ISA_80, null!);
    }

    public string Compile(MethodInfo kernel)
    {
        if (texts.TryGetValue(kernel, out string? text)) return text;
        var entry = EntryPointDescription.FromExplicitlyGroupedKernel(kernel);
        return texts[kernel] = PtxRounding.AsWritten(((PTXCompiledKernel)backend.Compile(entry, Specialization(kernel))).PTXAssembly);
    }

    /// <summary>The threads that a kernel is loaded for: a kernel of work-groups has as many as its tile asks for.</summary>
    static KernelSpecialization Specialization(MethodInfo kernel)
    {
        if (GroupLanes.BoundsOf(kernel) is { } bounds) return bounds;
        if (kernel.DeclaringType!.GetGenericArguments() is not [var shape, _, .. var products] || !shape.IsAssignableTo(typeof(IWorkGroupShape))) return KernelSpecialization.Empty;
        var tile = (products is [] ? typeof(WorkGroupTile<>) : typeof(TensorTile<>)).MakeGenericType(shape);
        return (KernelSpecialization)tile.GetProperty("Specialization", BindingFlags.Static | BindingFlags.Public)!.GetValue(null)!;
    }

    public void Dispose()
    {
        backend.Dispose();
        context.Dispose();
    }
}
