using System.Runtime.InteropServices;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace Nin;

/// <summary>Asks the CUDA driver itself why it reports no device: ILGPU lists devices and swallows every error.</summary>
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
            return new MissingReason($"{file} is not a CUDA driver: it lacks cuInit or cuDeviceGetCount", IsBroken: true);
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

/// <summary>
/// Asks the OpenCL loader why it reports no device, and looks at the files that name its drivers: the loader leaves out a driver that
/// cannot be loaded, without any error (Khronos, <i>OpenCL ICD Loader</i>).
/// </summary>
static unsafe class OpenClDrivers
{
    const int Success = 0;
    const int PlatformNotFound = -1001;
    const string VendorsVariable = "OCL_ICD_VENDORS";
    const string Extension = ".icd";
    const string DefaultFolder = "/etc/OpenCL/vendors";

    /// <summary>The reason, or null where the loader has drivers.</summary>
    public static MissingReason? Missing()
    {
        if (NativeLibraries.TryLoad(DeviceKind.OpenCl, out nint library, out string file) is { } absent) return absent;
        if (!NativeLibrary.TryGetExport(library, "clGetPlatformIDs", out nint getPlatforms))
            return new MissingReason($"{file} is not an OpenCL loader: it lacks clGetPlatformIDs", IsBroken: true);
        uint count = 0;
        int code = ((delegate* unmanaged<uint, nint*, uint*, int>)getPlatforms)(0, null, &count);
        if (code == Success && count > 0) return null;
        if (Broken() is { } driver) return new MissingReason(driver, IsBroken: true);
        return code is Success or PlatformNotFound
            ? new MissingReason("no OpenCL driver is installed", IsBroken: false)
            : new MissingReason($"clGetPlatformIDs of {file} fails with OpenCL error {code}", IsBroken: true);
    }

    /// <summary>The first file whose driver cannot be loaded.</summary>
    static string? Broken()
    {
        if (!OperatingSystem.IsLinux()) return null;
        foreach (string file in DriverFiles())
        {
            string? driver = File.ReadLines(file).FirstOrDefault()?.Trim();
            if (string.IsNullOrEmpty(driver)) return $"{file} names no driver library";
            if (!NativeLibrary.TryLoad(driver, out _)) return $"{file} names {driver}, which cannot be loaded";
        }

        return null;
    }

    static string[] DriverFiles()
    {
        string place = Environment.GetEnvironmentVariable(VendorsVariable) ?? DefaultFolder;
        if (File.Exists(place)) return [place];
        return Directory.Exists(place) ? [.. Directory.EnumerateFiles(place, "*" + Extension).Order(StringComparer.Ordinal)] : [];
    }
}

/// <summary>What a driver says went wrong: ILGPU's own messages leave the code out.</summary>
static class DriverError
{
    /// <summary>One line without a full stop.</summary>
    public static string Of(Exception exception)
    {
        string text = (exception.InnerException ?? exception) switch
        {
            CLException cl => $"OpenCL error {cl.Error}",
            CudaException cuda => $"CUDA error {cuda.Error}",
            var cause => cause.Message,
        };
        return text.ReplaceLineEndings(" ").Trim().TrimEnd('.');
    }
}
