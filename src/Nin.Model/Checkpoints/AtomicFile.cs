namespace Nin.Checkpoints;

/// <summary>
/// Replaces a file as a whole: at any moment its path holds the old content or the new, never a part, also after a power cut.
/// </summary>
public static class AtomicFile
{
    const string UnfinishedSuffix = ".new";

    /// <summary>
    /// Writes beside the target, flushes to disk, renames over it and flushes the folder's names. When anything up to the renaming fails, what
    /// was there before is untouched and the unfinished file is removed.
    /// </summary>
    /// <param name="path">The file; its folder exists.</param>
    /// <param name="write">Writes the content from the start; what it throws is passed on.</param>
    /// <param name="length">Bytes that will be written, if known: a disk without room for them is found before the first is written.</param>
    /// <exception cref="IOException">The file could not be written: the message has path, bytes and reason.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder or the file may not be written.</exception>
    public static void Write(string path, Action<Stream> write, long length = 0) => Write(Disk.Local, path, write, length);

    internal static void Write(Disk disk, string path, Action<Stream> write, long length = 0)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(write);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        string temporary = $"{path}.{Guid.NewGuid():N}{UnfinishedSuffix}";
        try
        {
            Create(disk, temporary, write, length);
            disk.Move(temporary, path);
        }
        catch (Exception exception)
        {
            Remove(disk, temporary);
            if (Explain(path, length, exception) is { } explained) throw explained;
            throw;
        }

        disk.SyncFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    /// <summary>Deletes what programs left beside a file that were killed while they wrote it. No program may be writing it now.</summary>
    /// <param name="path">The file, which stays; its folder exists.</param>
    /// <exception cref="IOException">It could not be deleted.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written.</exception>
    public static void ClearUnfinished(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string name = Path.GetFileName(path);
        foreach (string left in Directory.GetFiles(Path.GetDirectoryName(Path.GetFullPath(path))!))
        {
            if (IsUnfinished(left, name)) File.Delete(left);
        }
    }

    /// <summary>Whether a file is what a killed program left of the file <paramref name="name"/>.</summary>
    /// <param name="path">The file that is there.</param>
    /// <param name="name">The name that it would have got, without a folder.</param>
    public static bool IsUnfinished(string path, string name)
    {
        string found = Path.GetFileName(path);
        return found.Length == name.Length + 1 + 32 + UnfinishedSuffix.Length && found.StartsWith($"{name}.", StringComparison.Ordinal)
            && found.EndsWith(UnfinishedSuffix, StringComparison.Ordinal) && Guid.TryParseExact(found.AsSpan(name.Length + 1, 32), "N", out _);
    }

    /// <summary>Creates a folder, and those above it that are missing, so that they are still there after a power cut.</summary>
    /// <param name="path">The folder; nothing is done if it exists.</param>
    /// <exception cref="IOException">It could not be created.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be created.</exception>
    public static void CreateFolder(string path) => CreateFolder(Disk.Local, path);

    internal static void CreateFolder(Disk disk, string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Directory.Exists(path)) return;
        string? parent = Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));
        if (parent is not null) CreateFolder(disk, parent);
        try
        {
            disk.CreateFolder(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Where a file system takes no folders, such as /proc, the reason is "Could not find file".
            string reason = exception is FileNotFoundException or DirectoryNotFoundException ? "that place takes no new folders." : exception.Message;
            string message = $"The folder {path} could not be created: {reason} Name one in a place that may be written.";
            throw exception is UnauthorizedAccessException ? new UnauthorizedAccessException(message, exception) : new IOException(message, exception);
        }

        if (parent is not null) disk.SyncFolder(parent);
    }

    /// <summary>Writes a file that does not exist yet, and waits until its bytes are on the disk.</summary>
    internal static void Create(Disk disk, string path, Action<Stream> write, long length)
    {
        using var file = disk.Create(path, length);
        write(file);
        disk.Flush(file);
    }

    /// <summary>The exception that tells a user what could not be written and why, or null if the disk was not the reason.</summary>
    internal static Exception? Explain(string path, long length, Exception reason) => reason switch
    {
        _ when IsTooLarge(reason) => new IOException(Message(path, length, "files may not grow so large here."), reason),
        IOException => new IOException(Message(path, length, reason.Message), reason),
        UnauthorizedAccessException => new UnauthorizedAccessException(Message(path, length, reason.Message), reason),
        _ => null,
    };

    // What .NET makes of EFBIG, a limit on the size of files: an exception about its own parameter.
    static bool IsTooLarge(Exception exception) => exception is ArgumentOutOfRangeException { ParamName: "value" };

    static string Message(string path, long length, string why)
    {
        string size = length > 0 ? $" ({length:N0} bytes)" : "";
        return $"{path}{size} could not be written: {why} The previous content is unchanged; make room, or choose another place.";
    }

    static void Remove(Disk disk, string temporary)
    {
        try
        {
            disk.Delete(temporary);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The first failure is the one to report; a folder that is gone takes the file with it.
        }
    }
}
