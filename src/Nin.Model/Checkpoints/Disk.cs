using System.Runtime.InteropServices;

namespace Nin.Checkpoints;

/// <summary>
/// What replacing files asks of the disk: few operations, each of which may fail. A test replaces it with one that fails at each of them.
/// </summary>
class Disk
{
    /// <summary>The disk of this machine.</summary>
    public static Disk Local { get; } = new();

    /// <summary>Creates a file that does not exist yet, with room for <paramref name="length"/> bytes where that is known.</summary>
    public virtual Stream Create(string path, long length) => new FileStream(path, new FileStreamOptions
    {
        Mode = FileMode.CreateNew,
        Access = FileAccess.Write,
        Share = FileShare.None,
        PreallocationSize = length,
        BufferSize = 1 << 16, // Headers and scalars come in small pieces.
    });

    /// <summary>Waits until a created file's bytes are on the disk.</summary>
    public virtual void Flush(Stream created) => ((FileStream)created).Flush(flushToDisk: true);

    /// <summary>Renames a file over another.</summary>
    public virtual void Move(string from, string to) => File.Move(from, to, overwrite: true);

    /// <summary>Renames a folder to a name that is free.</summary>
    public virtual void MoveFolder(string from, string to) => Directory.Move(from, to);

    /// <summary>Creates a folder.</summary>
    public virtual void CreateFolder(string path) => Directory.CreateDirectory(path);

    /// <summary>Deletes a file.</summary>
    public virtual void Delete(string path) => File.Delete(path);

    /// <summary>Deletes a folder with all that is in it.</summary>
    public virtual void DeleteFolder(string path) => Directory.Delete(path, recursive: true);

    /// <summary>
    /// Waits until the names in a folder are on the disk: a renamed file is safe from a power cut only then (fsync(2), "Notes"). Windows has
    /// no such call; NTFS writes names to its journal.
    /// </summary>
    /// <exception cref="IOException">The disk says that it could not.</exception>
    public virtual void SyncFolder(string path)
    {
        if (!OperatingSystem.IsWindows()) FolderSync.Sync(path);
    }
}

/// <summary>fsync(2) of a folder, which .NET does not open.</summary>
static partial class FolderSync
{
    // The same numbers on Linux, macOS and the BSDs.
    const int ReadOnly = 0, InterruptedCall = 4, BadDescriptor = 9, NoPermission = 13, InvalidArgument = 22;

    public static void Sync(string folder)
    {
        int descriptor = Open(folder, ReadOnly);
        if (descriptor < 0)
        {
            int error = Marshal.GetLastPInvokeError();
            // A folder that may be written and not read cannot be synced by this user.
            if (error == NoPermission) return;
            throw Failed(folder, error);
        }

        try
        {
            while (Sync(descriptor) != 0)
            {
                int error = Marshal.GetLastPInvokeError();
                // File systems that cannot sync a folder say so with these two.
                if (error is BadDescriptor or InvalidArgument) return;
                if (error != InterruptedCall) throw Failed(folder, error);
            }
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    static IOException Failed(string folder, int error) => new(
        $"{folder} could not be flushed to disk: {Marshal.GetPInvokeErrorMessage(error)}. Its files are whole; after a power cut older ones may be back.",
        error);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
