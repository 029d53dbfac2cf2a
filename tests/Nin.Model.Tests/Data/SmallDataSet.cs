using System.IO.Compression;
using System.Security.Cryptography;
using Nin.Data;

namespace Nin.Model.Tests.Data;

/// <summary>A data set of two small files, to search for without the real one.</summary>
static class SmallDataSet
{
    public static byte[] First { get; } = [.. Enumerable.Range(0, 5000).Select(i => (byte)(i * i))];

    public static byte[] Second { get; } = [.. Enumerable.Range(0, 300).Select(i => (byte)(i * 7))];

    public static IReadOnlyList<DataFile> Files { get; } = [new("first", First.Length, Hash(First)), new("second", Second.Length, Hash(Second))];

    public static DataSearch Search(TemporaryFolder folder) =>
        new() { Name = "Small", Files = Files, CacheFolder = folder["cache/small"], SystemFolder = folder["system"] };

    public static byte[] Gzip(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
            gzip.Write(bytes);
        return packed.ToArray();
    }

    public static byte[] WithOneBitFlipped(byte[] bytes, int at)
    {
        byte[] copy = [.. bytes];
        copy[at] ^= 1;
        return copy;
    }

    static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
