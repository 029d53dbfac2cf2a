namespace Nin.Checkpoints;

/// <summary>Replaces a file as a whole: at any moment its path holds the old content or the new, never a part.</summary>
public static class AtomicFile
{
    /// <summary>
    /// Writes beside the target, flushes to disk, then renames over it. When anything fails, what stood there before is untouched and the
    /// unfinished file is removed.
    /// </summary>
    /// <param name="path">The file; its folder exists.</param>
    /// <param name="write">Writes the content from the start; what it throws is passed on.</param>
    /// <param name="length">Bytes that will be written, if known: a disk without room for them is found before the first is written.</param>
    /// <exception cref="IOException">The file could not be written: the message has path, bytes and reason.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder or the file may not be written.</exception>
    public static void Write(string path, Action<Stream> write, long length = 0)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(write);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        string temporary = $"{path}.{Guid.NewGuid():N}.new";
        try
        {
            using (var file = new FileStream(temporary, Options(length)))
            {
                write(file);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception exception)
        {
            Remove(temporary);
            if (exception is IOException || IsTooLarge(exception)) throw new IOException(Message(path, length, exception), exception);
            if (exception is UnauthorizedAccessException) throw new UnauthorizedAccessException(Message(path, length, exception), exception);
            throw;
        }
    }

    // What .NET makes of EFBIG, a limit on the size of files: an exception about its own parameter.
    static bool IsTooLarge(Exception exception) => exception is ArgumentOutOfRangeException { ParamName: "value" };

    // Buffered, because headers and scalars come in small pieces.
    static FileStreamOptions Options(long length) => new()
    {
        Mode = FileMode.CreateNew,
        Access = FileAccess.Write,
        Share = FileShare.None,
        PreallocationSize = length,
        BufferSize = 1 << 16,
    };

    static string Message(string path, long length, Exception reason)
    {
        string size = length > 0 ? $" ({length:N0} bytes)" : "";
        string why = IsTooLarge(reason) ? "files may not grow so large here." : reason.Message;
        return $"{path}{size} could not be written: {why} What stood there before is unchanged; make room, or choose another place.";
    }

    static void Remove(string temporary)
    {
        try
        {
            File.Delete(temporary);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The first failure is the one to report; a folder that is gone takes the file with it.
        }
    }
}

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
