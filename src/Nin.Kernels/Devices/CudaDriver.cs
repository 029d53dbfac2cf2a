using System.Runtime.InteropServices;

namespace Nin;

/// <summary>Asks the CUDA driver itself why it gives no device: ILGPU lists devices and swallows every error.</summary>
static unsafe class CudaDriver
{
    const int Success = 0;
    const int NoDevice = 100;

    static readonly MissingReason None = new("the NVIDIA driver reports no device", IsBroken: false);

    /// <summary>The reason, or null where the driver has devices.</summary>
    public static MissingReason? Missing()
    {
        if (NativeLibraries.TryLoad(DeviceKind.Cuda, out nint library, out string file) is { } absent) return absent;
        if (!NativeLibrary.TryGetExport(library, "cuInit", out nint init)
            || !NativeLibrary.TryGetExport(library, "cuDeviceGetCount", out nint getCount))
            return new MissingReason($"{file} is no CUDA driver: it lacks cuInit or cuDeviceGetCount", IsBroken: true);
        int code = ((delegate* unmanaged<uint, int>)init)(0);
        if (code != Success) return code == NoDevice ? None : Failed(library, file, "cuInit", code);
        int count = 0;
        code = ((delegate* unmanaged<int*, int>)getCount)(&count);
        if (code != Success) return Failed(library, file, "cuDeviceGetCount", code);
        return count == 0 ? None : null;
    }

    static MissingReason Failed(nint library, string file, string function, int code) =>
        new($"{function} of {file} fails with CUDA error {code}{NameOf(library, code)}", IsBroken: true);

    static string NameOf(nint library, int code)
    {
        if (!NativeLibrary.TryGetExport(library, "cuGetErrorName", out nint getName)) return "";
        byte* name = null;
        bool known = ((delegate* unmanaged<int, byte**, int>)getName)(code, &name) == Success && name is not null;
        return known ? $" ({Marshal.PtrToStringUTF8((nint)name)})" : "";
    }
}
