using System.Buffers.Binary;

namespace Nin.Data;

/// <summary>
/// A file of unsigned bytes in the IDX format of MNIST (yann.lecun.com/exdb/mnist): two zero bytes, the type 0x08, the number of
/// dimensions, each dimension as a big-endian 32-bit number, then the data, last dimension fastest.
/// </summary>
public sealed class IdxFile
{
    const int UnsignedByte = 0x08;

    // Deflate codes at most 258 bytes in two bits: a header that claims more than this many bytes for each byte of the file is wrong.
    const long MaxExpansion = 1032;

    // Bytes allocated at first for each byte of a packed file: photographs and digits unpack to two to three times their size.
    const long FirstExpansion = 4;

    IdxFile(int[] dimensions, byte[] data)
    {
        Dimensions = dimensions;
        Data = data;
    }

    /// <summary>The sizes, outermost first: [count] for labels, [count, rows, columns] for images.</summary>
    public IReadOnlyList<int> Dimensions { get; }

    /// <summary>The data, the product of <see cref="Dimensions"/> bytes.</summary>
    public byte[] Data { get; }

    /// <summary>Reads a file, plain or (with <c>.gz</c> at the end of its name) gzip-compressed.</summary>
    /// <param name="path">The file.</param>
    /// <param name="rank">The number of dimensions that it must have: 1 for labels, 3 for images.</param>
    /// <exception cref="InvalidDataException">
    /// Not an IDX file of bytes with this rank, cut short, too long, or of absurd dimensions.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="rank"/> is not 1 to 4.</exception>
    public static IdxFile Read(string path, int rank)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (rank is < 1 or > 4)
            throw new ArgumentOutOfRangeException(nameof(rank), rank, "The number of dimensions must be 1 to 4.");
        if (!File.Exists(path))
            throw new InvalidDataException($"{path}: no such file. `nin data` shows where the data set is, or fetches it.");
        bool packed = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase);
        long length = new FileInfo(path).Length;
        try
        {
            using Stream stream = DataFolder.OpenUnpacked(path);
            return Read(stream, path, rank, length, packed);
        }
        catch (InvalidDataException e) when (packed && !e.Message.StartsWith(path, StringComparison.Ordinal))
        {
            throw Broken(path, $"not a whole gzip file ({e.Message.TrimEnd('.')})", e);
        }
    }

    static IdxFile Read(Stream stream, string path, int rank, long fileLength, bool packed)
    {
        Span<byte> header = stackalloc byte[4 + 4 * rank];
        int read = stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
        int magic = UnsignedByte << 8 | rank;
        if (read >= 4 && BinaryPrimitives.ReadInt32BigEndian(header) is var found && found != magic)
            throw Broken(path, $"magic 0x{found:x8} where 0x{magic:x8} (unsigned bytes, {rank} dimensions) is expected");
        if (read < header.Length)
            throw Broken(path, $"{read} bytes where the header alone has {header.Length}");

        int[] dimensions = ReadDimensions(header[4..], path);
        // Each factor is below 2^31, and the product stays below 2^62 by saturating: it cannot wrap.
        long expected = dimensions.Aggregate(1L, (product, size) => Math.Min(product * size, int.MaxValue));
        string shape = string.Join(" x ", dimensions);
        if (expected > Array.MaxLength || (packed && expected > fileLength * MaxExpansion))
            throw Broken(path, $"absurd dimensions {shape}: more data than such a file can hold");
        if (!packed && fileLength != header.Length + expected)
            throw Broken(path, $"{fileLength} bytes where {header.Length + expected} are expected for {shape}");

        byte[] data = ReadData(stream, (int)expected, packed ? fileLength * FirstExpansion : expected);
        if (data.Length < expected)
            throw Broken(path, $"cut short: {data.Length} bytes of data where {expected} are expected for {shape}");
        if (stream.ReadByte() >= 0)
            throw Broken(path, $"too long: more than the {expected} bytes of data that are expected for {shape}");
        return new IdxFile(dimensions, data);
    }

    // No memory is allocated on a header's claim: the array doubles while data keep coming.
    static byte[] ReadData(Stream stream, int expected, long first)
    {
        byte[] data = GC.AllocateUninitializedArray<byte>((int)Math.Min(expected, Math.Max(first, 1 << 10)));
        int got = stream.ReadAtLeast(data, data.Length, throwOnEndOfStream: false);
        while (got == data.Length && got < expected)
        {
            Array.Resize(ref data, (int)Math.Min(expected, 2L * data.Length));
            got += stream.ReadAtLeast(data.AsSpan(got), data.Length - got, throwOnEndOfStream: false);
        }

        return got == data.Length ? data : data[..got];
    }

    static int[] ReadDimensions(ReadOnlySpan<byte> header, string path)
    {
        int[] dimensions = new int[header.Length / 4];
        for (int i = 0; i < dimensions.Length; i++)
        {
            uint size = BinaryPrimitives.ReadUInt32BigEndian(header[(4 * i)..]);
            if (size is 0 or > int.MaxValue)
                throw Broken(path, $"absurd dimensions: dimension {i} is {size} where 1 to {int.MaxValue} is expected");
            dimensions[i] = (int)size;
        }

        return dimensions;
    }

    static InvalidDataException Broken(string path, string what, Exception? inner = null) =>
        new($"{path}: {what}. Delete the file and get it again (`nin data` fetches Fashion-MNIST).", inner);
}
