using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ILGPU;

namespace Nin;

/// <summary>
/// Lets ILGPU find the driver libraries by the names that machines without a development package have: it asks for
/// <c>libcuda.so</c> and <c>libOpenCL.so</c>, drivers install <c>libcuda.so.1</c> and <c>libOpenCL.so.1</c>.
/// </summary>
static class NativeLibraries
{
    const string Cuda = "cuda";
    const string OpenCl = "OpenCL";

    static bool installed;
    static readonly Lock Gate = new();

    /// <summary>Installs the resolver, once per process, because .NET takes one resolver per assembly.</summary>
    public static void InstallResolver()
    {
        lock (Gate)
        {
            if (installed) return;
            installed = true;
            if (!OperatingSystem.IsLinux()) return;
            try
            {
                NativeLibrary.SetDllImportResolver(typeof(Context).Assembly, (name, _, _) => Resolve(name));
            }
            catch (InvalidOperationException)
            {
                // The host program has its own resolver for ILGPU, which is kept.
            }
        }
    }

    /// <summary>Loads the library of a kind of device, or says why that fails.</summary>
    /// <param name="kind">CUDA or OpenCL.</param>
    /// <param name="library">Its handle; zero where it fails.</param>
    /// <param name="file">The name under which it was found.</param>
    public static MissingReason? TryLoad(DeviceKind kind, out nint library, out string file)
    {
        string[] names = Names(kind == DeviceKind.Cuda ? Cuda : OpenCl);
        foreach (string name in names)
        {
            if (!NativeLibrary.TryLoad(name, out library)) continue;
            file = name;
            return null;
        }

        (library, file) = (nint.Zero, "");
        return new MissingReason(names is [] ? "this system has none" : $"{string.Join(" and ", names)} cannot be loaded", IsBroken: false);
    }

    static nint Resolve(string name)
    {
        foreach (string candidate in Names(name))
        {
            if (NativeLibrary.TryLoad(candidate, out nint handle)) return handle;
        }

        return nint.Zero;
    }

    static string[] Names(string library) => (OperatingSystem.IsWindows(), library) switch
    {
        (true, Cuda) => ["nvcuda.dll"],
        (true, OpenCl) => ["OpenCL.dll"],
        (false, Cuda) => ["libcuda.so.1", "libcuda.so"],
        (false, OpenCl) => ["libOpenCL.so.1", "libOpenCL.so"],
        _ => [],
    };

    /// <summary>
    /// PoCL reports no generic address space, which ILGPU demands. At optimisation level O2 kernel pointers are global, so kernels
    /// compile and run without it.
    /// </summary>
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "set_GenericAddressSpace")]
    public static extern void SetGenericAddressSpace(ILGPU.Runtime.OpenCL.CLCapabilityContext capabilities, bool value);
}
