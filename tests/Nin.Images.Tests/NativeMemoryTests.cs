using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using Nin.Data;
using Nin.TestKit.Fuzzing;
using SkiaSharp;
using Xunit.Abstractions;

namespace Nin.Images.Tests;

/// <summary>
/// What Skia allocates outside the heap is bounded too: a process of its own opens hostile pictures, and says how much memory it had at its most.
/// </summary>
public sealed class NativeMemoryTests(ITestOutputHelper output)
{
    const int Side = 2_000, Files = 500;

    const long MaxPixels = Side * Side;

    [LinuxFact]
    public void Pictures_that_claim_much_or_are_damaged_take_less_memory_than_three_of_the_largest_that_are_allowed()
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [typeof(NativeMemoryTests).Assembly.Location]) { RedirectStandardOutput = true })!;
        string text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();

        process.ExitCode.Should().Be(0, text);
        output.WriteLine(text);
        long[] peaks = [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => long.Parse(line.Split(' ')[0], CultureInfo.InvariantCulture))];
        (peaks[^1] - peaks[0]).Should().BeLessThan(3 * MaxPixels * 4 / 1024, "kB, as the pixels of three such pictures take");
    }

    /// <summary>The process: its most memory in kB, after small sound pictures and after each kind of others.</summary>
    internal static void Open()
    {
        var decoder = new ImageDecoder(new Preprocessing(["x"], 3, 32, 32, ResizeRule.CenterCrop), MaxPixels);
        byte[] planes = new byte[decoder.Length];
        int refused = 0;
        foreach (var format in FuzzTests.Formats) Decode(FuzzTests.Good(format)[0]);
        Say("sound pictures");
        foreach (byte[] file in Claiming()) Decode(file);
        Say($"pictures that claim pixels ({refused} refused)");
        foreach (var format in FuzzTests.Formats)
        {
            var next = new Mutator(FuzzTests.Good(format), ["IHDR", "IDAT", "VP8L", "VP8X", "GIF89a"], seed: 12);
            for (int i = 0; i < Files; i++) Decode(next.Next());
        }

        Say($"damaged pictures ({refused} refused)");

        void Decode(byte[] file)
        {
            try
            {
                decoder.Decode(file, planes);
            }
            catch (BrokenImageException)
            {
                refused++;
            }
        }
    }

    static void Say(string after)
    {
        string line = File.ReadLines("/proc/self/status").First(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
        Console.WriteLine($"{string.Concat(line.Where(char.IsAsciiDigit))} kB after {after}");
    }

    // Of few bytes each, with sides up to what the format can say.
    static IEnumerable<byte[]> Claiming()
    {
        foreach (int side in new[] { Side, Side + 1, 16_383, 65_535 })
        {
            yield return Pictures.PngThatClaims(side, side);
            byte[] gif = Pictures.Gif();
            // Of the canvas and of its frame.
            foreach (int at in new[] { 6, 8, 24, 26 }) BinaryPrimitives.WriteUInt16LittleEndian(gif.AsSpan(at), (ushort)side);
            yield return gif;
            byte[] bmp = Pictures.Bmp();
            BinaryPrimitives.WriteInt32LittleEndian(bmp.AsSpan(18), side);
            BinaryPrimitives.WriteInt32LittleEndian(bmp.AsSpan(22), side);
            yield return bmp;
            // A progressive one makes its decoder keep the coefficients of all pixels.
            foreach (byte kind in new byte[] { 0xC0, 0xC2 })
            {
                byte[] jpeg = Pictures.Numbered(1, 24, 20, SKEncodedImageFormat.Jpeg);
                int frame = jpeg.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC0]);
                jpeg[frame + 1] = kind;
                BinaryPrimitives.WriteUInt16BigEndian(jpeg.AsSpan(frame + 5), (ushort)side);
                BinaryPrimitives.WriteUInt16BigEndian(jpeg.AsSpan(frame + 7), (ushort)side);
                yield return jpeg;
            }
        }
    }
}

/// <summary>A test that reads what Linux says of a process.</summary>
[AttributeUsage(AttributeTargets.Method)]
sealed class LinuxFactAttribute : FactAttribute
{
    public LinuxFactAttribute()
    {
        if (!OperatingSystem.IsLinux()) Skip = "the most memory of a process is read from /proc, which is Linux's.";
    }
}

/// <summary>The process of <see cref="NativeMemoryTests"/>.</summary>
static class Program
{
    static void Main() => NativeMemoryTests.Open();
}
