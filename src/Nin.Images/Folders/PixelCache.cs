using System.IO.MemoryMappedFiles;
using System.Text;
using Nin.Checkpoints;
using Nin.Data;

namespace Nin.Images;

/// <summary>
/// A file of decoded pixels that is mapped into memory: pages are read when an image is asked for, and given up when memory is short.
/// <code>
/// pixels [kept, channels, height, width] | what decoding found | its length, 8 bytes | "NINPIX01"
/// </code>
/// </summary>
/// <remarks>
/// Its name is the folder's, the rule's and the files' hash, and it is replaced as a whole, so a file of that name is of exactly those files. One that
/// is cut or damaged where it can be seen is made anew: it is a cache.
/// </remarks>
sealed class PixelCache(string folder, FolderScan scan, Preprocessing rule, long maxPixels)
{
    const int PlaceLength = 24;
    const int FooterBytes = 16;
    const string Suffix = ".pixels";

    static readonly TimeSpan Abandoned = TimeSpan.FromDays(1);
    static ReadOnlySpan<byte> Magic => "NINPIX01"u8;

    readonly string key = scan.Key(rule, maxPixels);
    readonly string place = scan.Place(rule, maxPixels)[..PlaceLength];
    readonly int imageLength = rule.Channels * rule.Height * rule.Width;

    string FilePath => Path.Combine(folder, $"{place}-{key[..32]}{Suffix}");

    /// <summary>The images that were decoded before, or null.</summary>
    public (IImageSource Images, DecodedFolder Found)? TryOpen()
    {
        try
        {
            using var file = new FileStream(FilePath, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
            return ReadFound(file) is { } found ? (Map(file, found.Kept.Length), found) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException or FormatException)
        {
            return null;
        }
    }

    /// <summary>Decodes into a new file; it takes the place of older ones of the same folder and rule.</summary>
    /// <exception cref="IOException">The file could not be written: the message has path, bytes and reason.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public (IImageSource Images, DecodedFolder Found) Fill(FolderDecoding decoding, CancellationToken cancellation)
    {
        AtomicFile.CreateFolder(folder);
        RemoveStale();
        AtomicFile.Write(FilePath, stream => WriteFound(stream, decoding.Run(stream.Write, cancellation)), (long)scan.Files.Count * imageLength);
        return TryOpen() ?? throw new IOException($"{FilePath} cannot be read back after it was written; choose another CacheFolder, or load with Cache = false.");
    }

    MappedImages Map(FileStream file, int count) => count == 0
        ? throw new InvalidDataException()
        : new MappedImages(MemoryMappedFile.CreateFromFile(file, mapName: null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true), count, imageLength);

    void WriteFound(Stream stream, DecodedFolder found)
    {
        using var memory = new MemoryStream();
        using var writer = new BinaryWriter(memory, Encoding.UTF8);
        writer.Write(key);
        writer.Write(found.Kept.Length);
        foreach (int file in found.Kept) writer.Write(file);
        writer.Write(found.Broken.Length);
        foreach (var (file, reason) in found.Broken)
        {
            writer.Write(file);
            writer.Write(reason);
        }

        foreach (long moment in found.Moments) writer.Write(moment);
        writer.Flush();
        long length = memory.Length;
        writer.Write(length);
        writer.Write(Magic);
        writer.Flush();
        stream.Write(memory.GetBuffer(), 0, (int)memory.Length);
    }

    DecodedFolder? ReadFound(FileStream file)
    {
        if (file.Length < FooterBytes) return null;
        using var reader = new BinaryReader(file, Encoding.UTF8, leaveOpen: true);
        file.Position = file.Length - FooterBytes;
        long length = reader.ReadInt64();
        if (!reader.ReadBytes(Magic.Length).AsSpan().SequenceEqual(Magic) || length < 0 || length > file.Length - FooterBytes) return null;
        long pixels = file.Length - FooterBytes - length;
        file.Position = pixels;
        if (reader.ReadString() != key) return null;
        int[] kept = new int[Checked(reader.ReadInt32())];
        for (int i = 0; i < kept.Length; i++) kept[i] = reader.ReadInt32();
        var broken = new (int, string)[Checked(reader.ReadInt32())];
        for (int i = 0; i < broken.Length; i++) broken[i] = (Checked(reader.ReadInt32()), reader.ReadString());
        if (pixels != (long)kept.Length * imageLength || kept.Length + broken.Length != scan.Files.Count) return null;
        long[] moments = new long[kept.Length * rule.Channels * 2];
        for (int i = 0; i < moments.Length; i++) moments[i] = reader.ReadInt64();
        bool ascends = kept.Length > 0 && kept[0] >= 0 && kept[^1] < scan.Files.Count && kept.Zip(kept.Skip(1)).All(pair => pair.First < pair.Second);
        return ascends ? new DecodedFolder(kept, broken, moments) : null;
    }

    int Checked(int number) => number >= 0 && number <= scan.Files.Count ? number : throw new InvalidDataException();

    // Also what killed programs left of any cache, but not what another program may be writing now.
    void RemoveStale()
    {
        foreach (string path in Directory.GetFiles(folder))
        {
            string name = Path.GetFileName(path);
            bool stale = name.StartsWith(place, StringComparison.Ordinal) && name.EndsWith(Suffix, StringComparison.Ordinal);
            bool abandoned = name.EndsWith(".new", StringComparison.Ordinal) && DateTime.UtcNow - File.GetLastWriteTimeUtc(path) > Abandoned;
            if (!stale && !abandoned) continue;
            try
            {
                File.Delete(path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // On Windows a program that maps it keeps it; the next one deletes it.
            }
        }
    }
}

/// <summary>Images in a mapped file.</summary>
/// <remarks>
/// The mapping lasts until the process ends: a span of it stays valid whatever happens to the data set. It takes addresses, not memory.
/// (A handle whose pointer was acquired and is not released is never closed, not by the garbage collector either.)
/// </remarks>
sealed unsafe class MappedImages : IImageSource
{
    readonly byte* first;
    readonly int imageLength;

    public MappedImages(MemoryMappedFile file, int count, int imageLength)
    {
        using var mapped = file;
        var view = file.CreateViewAccessor(0, (long)count * imageLength, MemoryMappedFileAccess.Read);
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref first);
        first += view.PointerOffset;
        (Count, this.imageLength) = (count, imageLength);
    }

    public int Count { get; }

    public ReadOnlySpan<byte> Image(int index)
    {
        // The pointer is trusted after this line.
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
        return new ReadOnlySpan<byte>(first + (long)index * imageLength, imageLength);
    }
}
