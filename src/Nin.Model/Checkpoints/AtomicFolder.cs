namespace Nin.Checkpoints;

/// <summary>
/// Replaces a folder as a whole. The new content is written to <c>folder.new</c>; then <c>folder</c> becomes <c>folder.old</c>,
/// <c>folder.new</c> becomes <c>folder</c>, and <c>folder.old</c> goes. No system call swaps two folders everywhere, so a program killed
/// between the two renames leaves <c>folder.old</c> and <c>folder.new</c>, both whole: the old name exists without <c>folder</c> at no other time.
/// </summary>
static class AtomicFolder
{
    /// <summary>The folder that holds the newest whole content, or null.</summary>
    public static string? Find(string folder)
    {
        folder = Path.TrimEndingDirectorySeparator(folder);
        if (Directory.Exists(folder)) return folder;
        if (!Directory.Exists(Old(folder))) return null;
        return Directory.Exists(New(folder)) ? New(folder) : Old(folder);
    }

    /// <exception cref="IOException">The content could not be written; the old one is unchanged.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written.</exception>
    public static void Write(string folder, Action<string> write)
    {
        folder = Path.TrimEndingDirectorySeparator(folder);
        Settle(folder);
        try
        {
            Directory.CreateDirectory(New(folder));
            write(New(folder));
            if (Directory.Exists(folder)) Directory.Move(folder, Old(folder));
            Directory.Move(New(folder), folder);
        }
        catch
        {
            // A failure to rename leaves the old content under its old name only while the new one is whole: then both stay.
            if (Find(folder) != New(folder)) Remove(New(folder));
            throw;
        }

        Remove(Old(folder));
    }

    /// <summary>Finishes what a killed program left.</summary>
    static void Settle(string folder)
    {
        if (Find(folder) is { } whole && whole != folder) Directory.Move(whole, folder);
        Remove(Old(folder));
        Remove(New(folder));
    }

    static void Remove(string folder)
    {
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }

    static string New(string folder) => folder + ".new";

    static string Old(string folder) => folder + ".old";
}
