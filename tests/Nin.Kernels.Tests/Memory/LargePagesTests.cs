using System.Globalization;

namespace Nin.Kernels.Tests.Memory;

public sealed class LargePagesTests
{
    [LargePagesFact]
    public unsafe void Linux_is_asked_for_large_pages()
    {
        using var device = new CpuDevice(threads: 1);
        using var buffer = device.Allocate(16 << 20);
        // The first pages may share their mapping with others: look at the middle.
        Flags((nint)buffer.View.Pointer + (32 << 20)).Should().Contain("hg");
    }

    // What the system says of the mapping that an address is in.
    static string[] Flags(nint address)
    {
        bool isHere = false;
        foreach (string line in File.ReadLines("/proc/self/smaps"))
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words[0].Split('-') is [var from, var to] && nint.TryParse(from, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out nint start))
                isHere = address >= start && address < nint.Parse(to, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            else if (isHere && words[0] == "VmFlags:") return words[1..];
        }

        return [];
    }
}

sealed class LargePagesFactAttribute : FactAttribute
{
    public LargePagesFactAttribute()
    {
        if (!File.Exists("/sys/kernel/mm/transparent_hugepage/enabled")) Skip = "this system has no large pages to ask for.";
    }
}
