using System.Buffers.Binary;
using System.Text;

namespace Nin.TestKit.Fuzzing;

/// <summary>
/// Makes damaged files out of good ones: bits flipped, numbers replaced by those at which parsers break, parts cut, doubled, moved or taken
/// from another file, words of the format put in. The same seed gives the same files.
/// </summary>
/// <param name="good">Files to start from.</param>
/// <param name="words">Text that means something in the format.</param>
/// <param name="seed">Of all choices.</param>
public sealed class Mutator(IReadOnlyList<byte[]> good, IReadOnlyList<string> words, int seed)
{
    const int MaxLength = 1 << 16;

    static readonly long[] Numbers =
        [0, 1, -1, 2, 127, 128, 255, 256, short.MaxValue, ushort.MaxValue, int.MaxValue, int.MinValue, uint.MaxValue, 1L << 32, 1L << 40, long.MaxValue, long.MinValue];

    readonly Random random = new(seed);

    /// <summary>The next file: a good one with one to six changes.</summary>
    public byte[] Next()
    {
        byte[] file = [.. good[random.Next(good.Count)]];
        for (int changes = 1 << random.Next(3); changes > 0; changes--) file = Change(file);
        return file.Length <= MaxLength ? file : file[..MaxLength];
    }

    byte[] Change(byte[] file)
    {
        if (file.Length == 0) return [(byte)random.Next(256)];
        int at = random.Next(file.Length), length = 1 + random.Next(Math.Min(32, file.Length - at));
        switch (random.Next(11))
        {
            case 0:
                file[at] ^= (byte)(1 << random.Next(8));
                return file;
            case 1:
                file[at] = (byte)random.Next(256);
                return file;
            case 2:
                random.NextBytes(file.AsSpan(at, length));
                return file;
            case 3:
                WriteNumber(file.AsSpan(at));
                return file;
            case 4:
                return file[..at];
            case 5: // Cut out.
                return [.. file[..at], .. file[(at + length)..]];
            case 6: // Twice.
                return [.. file[..(at + length)], .. file[at..]];
            case 7: // Moved.
                byte[] rest = [.. file[..at], .. file[(at + length)..]];
                int to = random.Next(rest.Length + 1);
                return [.. rest[..to], .. file.AsSpan(at, length), .. rest[to..]];
            case 8: // The rest of another file.
                byte[] other = good[random.Next(good.Count)];
                return [.. file[..at], .. other[random.Next(other.Length)..]];
            case 9:
                return [.. file[..at], .. Word(), .. file[at..]];
            default:
                return ReplaceDigits(file, at);
        }
    }

    void WriteNumber(Span<byte> place)
    {
        Span<byte> bytes = stackalloc byte[8];
        long number = Numbers[random.Next(Numbers.Length)];
        if (random.Next(2) == 0) BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        else BinaryPrimitives.WriteInt64BigEndian(bytes, number);
        int width = 1 << random.Next(4);
        var part = BinaryPrimitives.ReadInt64LittleEndian(bytes) == number ? bytes[..width] : bytes[^width..];
        part[..Math.Min(width, place.Length)].CopyTo(place);
    }

    byte[] ReplaceDigits(byte[] file, int from)
    {
        int begin = from + Math.Max(0, file.AsSpan(from).IndexOfAnyInRange((byte)'0', (byte)'9'));
        int end = begin;
        while (end < file.Length && char.IsAsciiDigit((char)file[end])) end++;
        return [.. file[..begin], .. Encoding.UTF8.GetBytes($"{Numbers[random.Next(Numbers.Length)]}"), .. file[end..]];
    }

    byte[] Word() => Encoding.UTF8.GetBytes(words[random.Next(words.Count)]);
}
