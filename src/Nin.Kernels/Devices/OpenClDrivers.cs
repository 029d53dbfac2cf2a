using System.Runtime.InteropServices;

namespace Nin;

/// <summary>
/// Asks the OpenCL loader why it gives no device, and looks at the files that name its drivers: the loader leaves out a driver that
/// cannot be loaded, without a word (Khronos, <i>OpenCL ICD Loader</i>).
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
            return new MissingReason($"{file} is no OpenCL loader: it lacks clGetPlatformIDs", IsBroken: true);
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
