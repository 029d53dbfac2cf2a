using System.Globalization;
using System.Security.Cryptography;

namespace Nin.Checkpoints;

/// <summary>
/// A folder of checkpoints, oldest to newest: subfolders with eight digits as names, each written under another name and renamed when it is
/// whole. A subfolder holds its files and <c>sha256sums</c>, their checksums as <c>sha256sum --check</c> reads them, so that bits that a disk
/// has lost are found before they are trained on.
/// </summary>
/// <remarks>
/// A program killed anywhere leaves the checkpoints from before, and at most a folder or an older checkpoint that the next write, or the run that goes on,
/// clears away.
/// </remarks>
sealed class CheckpointHistory(string folder, Disk disk)
{
    const string ChecksumFile = "sha256sums";
    const string Digits = "D8";
    const string UnfinishedPrefix = ".new-";
    const string DiscardedPrefix = ".old-";

    // Three files take 300 bytes.
    const int LargestChecksumFile = 1 << 12;

    /// <summary>The checkpoints, whole or damaged.</summary>
    public IReadOnlyList<string> NewestFirst() => Directory.Exists(folder)
        ? [.. Directory.EnumerateDirectories(folder).Where(f => NumberOf(f) is not null).OrderByDescending(f => NumberOf(f))]
        : [];

    /// <summary>Why a checkpoint cannot be trusted, in some words without a full stop; null if it is whole.</summary>
    /// <param name="checkpoint">One of <see cref="NewestFirst"/>.</param>
    /// <param name="names">The files that it must have.</param>
    public static string? Problem(string checkpoint, IEnumerable<string> names)
    {
        try
        {
            var listed = ReadChecksums(Path.Combine(checkpoint, ChecksumFile));
            if (listed is null) return $"its {ChecksumFile} is damaged";
            foreach (string name in names)
            {
                string path = Path.Combine(checkpoint, name);
                if (!File.Exists(path)) return $"it lacks {name}";
                using var stream = File.OpenRead(path);
                string found = Convert.ToHexStringLower(SHA256.HashData(stream));
                if (found != listed.GetValueOrDefault(name)) return $"its {name} does not have the checksum in {ChecksumFile}";
            }

            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return exception.Message.TrimEnd('.');
        }
    }

    /// <summary>Adds the newest checkpoint, then deletes those that are damaged, and whole ones but the newest.</summary>
    /// <param name="files">What is in it.</param>
    /// <param name="keep">Whole checkpoints that are kept, the new one counted.</param>
    /// <exception cref="IOException">It could not be written; those before are unchanged.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written.</exception>
    public void Add(IReadOnlyList<CheckpointFile> files, int keep)
    {
        AtomicFile.CreateFolder(disk, folder);
        Clear();
        var before = NewestFirst();
        string name = (before.Count == 0 ? 1 : NumberOf(before[0])!.Value + 1).ToString(Digits, CultureInfo.InvariantCulture);
        string unfinished = Path.Combine(folder, UnfinishedPrefix + name);
        try
        {
            disk.CreateFolder(unfinished);
            using var checksums = new MemoryStream();
            foreach (var file in files) checksums.Write(Write(unfinished, file));
            Write(unfinished, new CheckpointFile(ChecksumFile, s => checksums.WriteTo(s), checksums.Length));
            disk.SyncFolder(unfinished);
            disk.MoveFolder(unfinished, Path.Combine(folder, name));
        }
        catch
        {
            Discard(unfinished);
            throw;
        }

        disk.SyncFolder(folder);
        Prune(before, keep - 1, files.Where(f => !f.IsOptional).Select(f => f.Name));
    }

    /// <summary>Deletes what a killed program left, and what <see cref="Add"/> would: for a run that goes on and may have nothing more to write.</summary>
    /// <param name="keep">Whole checkpoints that are kept.</param>
    /// <param name="names">The files that one must have.</param>
    public void Tidy(int keep, IEnumerable<string> names)
    {
        Clear();
        Prune(NewestFirst(), keep, names);
    }

    /// <summary>Writes a file, and gives its line for the list of checksums.</summary>
    byte[] Write(string unfinished, CheckpointFile file)
    {
        string path = Path.Combine(unfinished, file.Name);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        try
        {
            AtomicFile.Create(disk, path, stream => file.Write(new HashingStream(stream, hash)), file.Length);
        }
        catch (Exception exception) when (AtomicFile.Explain(Path.Combine(folder, file.Name), file.Length, exception) is { } explained)
        {
            throw explained;
        }

        return System.Text.Encoding.UTF8.GetBytes($"{Convert.ToHexStringLower(hash.GetHashAndReset())}  {file.Name}\n");
    }

    void Prune(IReadOnlyList<string> newestFirst, int keep, IEnumerable<string> names)
    {
        foreach (string checkpoint in newestFirst)
        {
            if (keep > 0 && Problem(checkpoint, names) is null) keep--;
            else Discard(checkpoint);
        }
    }

    /// <summary>Deletes what killed programs left.</summary>
    void Clear()
    {
        foreach (string left in Directory.EnumerateDirectories(folder, ".*").ToList())
        {
            string name = Path.GetFileName(left);
            if (name.StartsWith(UnfinishedPrefix, StringComparison.Ordinal) || name.StartsWith(DiscardedPrefix, StringComparison.Ordinal)) Discard(left);
        }
    }

    // Renamed before it is deleted, so that a program killed in the middle does not leave a part under a checkpoint's name.
    void Discard(string checkpoint)
    {
        try
        {
            if (!Directory.Exists(checkpoint)) return;
            if (NumberOf(checkpoint) is not null)
            {
                string renamed = Path.Combine(folder, DiscardedPrefix + Path.GetFileName(checkpoint));
                disk.MoveFolder(checkpoint, renamed);
                checkpoint = renamed;
            }

            disk.DeleteFolder(checkpoint);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // What cannot be deleted now is deleted by the next write, and a failure to write is the one to report.
        }
    }

    static long? NumberOf(string checkpoint)
    {
        string name = Path.GetFileName(checkpoint);
        return name.Length >= 8 && long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            && number < long.MaxValue && number.ToString(Digits, CultureInfo.InvariantCulture) == name
            ? number
            : null;
    }

    /// <summary>Checksums by file, or null if the list is not one.</summary>
    static Dictionary<string, string>? ReadChecksums(string path)
    {
        if (new FileInfo(path).Length > LargestChecksumFile) return null;
        var byName = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string line in File.ReadAllLines(path))
        {
            if (line.Split("  ") is not [{ Length: 2 * SHA256.HashSizeInBytes } sum, var name] || !byName.TryAdd(name, sum)) return null;
        }

        return byName;
    }

    /// <summary>Passes bytes on and hashes them on the way.</summary>
    sealed class HashingStream(Stream inner, IncrementalHash hash) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            hash.AppendData(buffer);
            inner.Write(buffer);
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}

/// <summary>A file of a checkpoint that is still to be written.</summary>
/// <param name="Name">Its name, without a folder.</param>
/// <param name="Write">Writes its bytes.</param>
/// <param name="Length">How many, or 0 if that is not known.</param>
/// <param name="IsOptional">Whether a checkpoint without it is whole too.</param>
sealed record CheckpointFile(string Name, Action<Stream> Write, long Length = 0, bool IsOptional = false);
