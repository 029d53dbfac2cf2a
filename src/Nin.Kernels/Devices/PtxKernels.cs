using System.Reflection;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using ILGPU;
using ILGPU.Backends;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace Nin;

/// <summary>
/// Kernels on CUDA: PTX as ILGPU writes it, rounded as it is written. That of the library's own kernels is kept on disk from process to process: the driver keeps the machine code that it makes of PTX, but ILGPU compiles IL to
/// PTX in each process, which takes seconds for a network's first step. A kernel is found by all that its text depends on: its method, the builds of Nin and of
/// ILGPU, and the device's architecture and instruction set. Kernels of other assemblies are compiled each time: nobody knows which code they call.
/// </summary>
/// <remarks>
/// The cache is a folder of the user's, or the one that <c>NIN_KERNEL_CACHE</c> names; <c>NIN_KERNEL_CACHE=off</c> turns it off. What cannot be read, is damaged
/// or is refused by the driver is compiled again, and what cannot be written is not kept. ILGPU 1.5.3 has no cache of its own, and makes a kernel of a text by an
/// internal constructor alone.
/// </remarks>
sealed class PtxKernels
{
    /// <summary>Names the folder, or turns the cache off.</summary>
    public const string Variable = "NIN_KERNEL_CACHE";

    // Builds of the library whose kernels are kept.
    const int MostBuilds = 4;

    const string Off = "off", Extension = ".ptx";

    readonly CudaAccelerator accelerator;
    readonly string target;
    readonly string? folder; // null where nothing is kept
    readonly Lock gate = new();
    readonly Dictionary<MethodInfo, Delegate> launches = [];

    PtxKernels(CudaAccelerator accelerator, string? root)
    {
        this.accelerator = accelerator;
        string build = $"{typeof(PtxKernels).Module.ModuleVersionId:N}-{typeof(Context).Module.ModuleVersionId:N}";
        folder = root is null ? null : Path.Combine(root, Hash(build)[..16]);
        target = $"{accelerator.Architecture}, {accelerator.InstructionSet}";
    }

    /// <summary>Kernels that were found.</summary>
    public int Found { get; private set; }

    /// <summary>Kernels that were compiled.</summary>
    public int Compiled { get; private set; }

    /// <summary>The kernels of an accelerator in a context of Nin's own, whose options are known; null where it is not a CUDA device. In a caller's context ILGPU launches as that says.</summary>
    public static PtxKernels? Of(Accelerator accelerator)
    {
        string? named = Environment.GetEnvironmentVariable(Variable);
        return accelerator is not CudaAccelerator cuda ? null : new(cuda, named == Off ? null : string.IsNullOrEmpty(named) ? UserCache.Folder("kernels") : named);
    }

    /// <summary>Loads a kernel, once for all that launch it.</summary>
    /// <typeparam name="TLaunch">The delegate of its launch.</typeparam>
    /// <param name="method">The kernel.</param>
    /// <param name="specialization">Always the same one for a method.</param>
    public TLaunch Load<TLaunch>(MethodInfo method, in KernelSpecialization specialization)
        where TLaunch : Delegate
    {
        lock (gate)
        {
            if (!launches.TryGetValue(method, out var launch)) launches.Add(method, launch = LoadOnce<TLaunch>(method, specialization));
            return (TLaunch)launch;
        }
    }

    TLaunch LoadOnce<TLaunch>(MethodInfo method, in KernelSpecialization specialization)
        where TLaunch : Delegate
    {
        var entry = EntryPointDescription.FromExplicitlyGroupedKernel(method);
        string? file = folder is not null && IsOwn(method.DeclaringType)
            ? Path.Combine(folder, Hash($"{method.DeclaringType}.{method}, {specialization.MaxNumThreadsPerGroup}, {specialization.MinNumGroupsPerMultiprocessor}, {target}") + Extension)
            : null;
        if (file is not null && Read(file) is var (sharedBytes, text))
        {
            try
            {
                var launch = Load<TLaunch>(new EntryPoint(entry, new SharedMemorySpecification(sharedBytes, false), specialization), text);
                Found++;
                return launch;
            }
            catch (CudaException)
            {
                // Another driver than the one that it was compiled for.
            }
        }

        var compiled = (PTXCompiledKernel)accelerator.GetBackend().Compile(entry, specialization);
        Compiled++;
        string rounded = PtxRounding.AsWritten(compiled.PTXAssembly);
        if (file is not null) Write(file, EntryOf(compiled).SharedMemory.StaticSize, rounded);
        return Load<TLaunch>(EntryOf(compiled), rounded);
    }

    TLaunch Load<TLaunch>(EntryPoint entry, string text)
        where TLaunch : Delegate => accelerator.LoadKernel(Kernel(accelerator.Context, entry, null, text)).CreateLauncherDelegate<TLaunch>();

    static bool IsOwn(Type? type) => type is null || type.IsPrimitive
        || (type.Assembly == typeof(PtxKernels).Assembly && type.GetGenericArguments().All(IsOwn));

    // The first line says how much shared memory the kernel has, and what the rest hashes to.
    static (int SharedBytes, string Text)? Read(string file)
    {
        try
        {
            if (!File.Exists(file)) return null;
            string all = File.ReadAllText(file);
            int end = all.IndexOf('\n', StringComparison.Ordinal);
            if (end < 0 || all[..end].Split(' ') is not [var bytes, var hash] || !int.TryParse(bytes, out int sharedBytes)) return null;
            string text = all[(end + 1)..];
            return Hash(text) == hash ? (sharedBytes, text) : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    static void Write(string file, int sharedBytes, string text)
    {
        try
        {
            string build = Path.GetDirectoryName(file)!;
            if (!Directory.Exists(build)) Forget(build);
            Directory.CreateDirectory(build);
            // Several processes may write the same kernel.
            string written = Path.Combine(build, Path.GetRandomFileName());
            File.WriteAllText(written, $"{sharedBytes} {Hash(text)}\n{text}");
            File.Move(written, file, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Not kept.
        }
    }

    // The oldest builds make room for this one. Only folders that a cache has made are touched.
    static void Forget(string build)
    {
        var root = Directory.GetParent(build)!;
        if (!root.Exists) return;
        foreach (var old in root.GetDirectories().Where(d => d.Name.Length == Path.GetFileName(build).Length)
            .OrderByDescending(d => d.LastWriteTimeUtc).Skip(MostBuilds - 1))
        {
            foreach (var ptx in old.GetFiles("*" + Extension)) ptx.Delete();
            if (!old.EnumerateFileSystemInfos().Any()) old.Delete();
        }
    }

    static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    [UnsafeAccessor(UnsafeAccessorKind.Constructor)]
    static extern PTXCompiledKernel Kernel(Context context, EntryPoint entry, CompiledKernel.KernelInfo? info, string text);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_EntryPoint")]
    static extern EntryPoint EntryOf(CompiledKernel kernel);
}
