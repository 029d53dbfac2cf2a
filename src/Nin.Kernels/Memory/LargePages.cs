using System.Runtime.InteropServices;

namespace Nin;

/// <summary>
/// Asks Linux for pages of 2 MiB. A processor remembers the places of some thousand pages: with pages of 4 KiB that is less than a layer of a large
/// network. Many systems give large pages only to those who ask; none where they are switched off, which is no error.
/// </summary>
static unsafe partial class LargePages
{
    // Smaller memory takes a few of them at most, and would waste a part of each.
    const nuint Least = 8 << 20;

    const int HugePageAdvice = 14;

    /// <summary>Asks for them, for memory that has not been touched yet.</summary>
    public static void Ask(void* memory, nuint bytes)
    {
        if (!OperatingSystem.IsLinux() || bytes < Least) return;
        nuint page = (nuint)Environment.SystemPageSize, from = ((nuint)memory + page - 1) / page * page, end = ((nuint)memory + bytes) / page * page;
        try
        {
            _ = Advise((void*)from, end - from, HugePageAdvice);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            // A system without this function, or without libc under its name.
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* start, nuint length, int advice);
}
