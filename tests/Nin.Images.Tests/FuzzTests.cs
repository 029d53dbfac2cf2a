using Nin.Data;
using Nin.TestKit.Fuzzing;
using SkiaSharp;
using Xunit.Abstractions;

namespace Nin.Images.Tests;

/// <summary>Pictures damaged in many ways: each is decoded or refused with one clear line, in little time and memory.</summary>
public sealed class FuzzTests(ITestOutputHelper output)
{
    const int Few = 1_000, Many = 100_000;

    // Larger ones are refused, so that a file which may claim pixels (a GIF's canvas) is judged by memory too.
    const long MaxPixels = 1 << 20;

    public static TheoryData<SKEncodedImageFormat> Formats =>
        [SKEncodedImageFormat.Png, SKEncodedImageFormat.Jpeg, SKEncodedImageFormat.Webp, SKEncodedImageFormat.Bmp, SKEncodedImageFormat.Gif];

    [Theory, MemberData(nameof(Formats))]
    public void Damaged_pictures(SKEncodedImageFormat format) => Run(format, Few);

    [LongFact]
    [Trait("Category", "Long")]
    public void Damaged_pictures_at_length()
    {
        foreach (var format in Formats) Run(format, Many);
    }

    void Run(SKEncodedImageFormat format, int files)
    {
        // One decoder for all, as a service has it: what one file leaves behind must not harm the next.
        var decoder = new ImageDecoder(new Preprocessing(["x"], 3, 8, 8, ResizeRule.CenterCrop), MaxPixels);
        byte[] planes = new byte[decoder.Length];
        byte[][] good = Good(format);
        byte[] sound = Decoded(good[0]);
        var figures = new FuzzRun
        {
            FixedBytes = MaxPixels * 8 + 1_000_000,
            Refusals = [typeof(BrokenImageException)],
            // Its messages go on from the picture's name.
            LeastMessage = 5,
            Read = file => decoder.Decode(file, planes),
        }.Run(new Mutator(good, ["IHDR", "IDAT", "PLTE", "tRNS", "acTL", "Exif", "JFIF", "VP8L", "VP8X", "GIF89a"], seed: 11).Next, files);
        Decoded(good[0]).Should().Equal(sound, "a sound picture is decoded as before");
        output.WriteLine(
            $"{format}: {figures.Files:N0} files, {figures.Refused:N0} refused, at most {figures.MostBytes:N0} bytes and {figures.Longest.TotalMilliseconds:N1} ms a file");
        figures.Refused.Should().BeInRange(files / 20, files - 1, "some damage is found, some is harmless");

        byte[] Decoded(byte[] file)
        {
            decoder.Decode(file, planes);
            return [.. planes];
        }
    }

    internal static byte[][] Good(SKEncodedImageFormat format) => format switch
    {
        SKEncodedImageFormat.Bmp => [Pictures.Bmp()],
        SKEncodedImageFormat.Gif => [Pictures.Gif()],
        SKEncodedImageFormat.Jpeg => [Pictures.Numbered(1, 24, 20, format), Pictures.WithOrientation(Pictures.Numbered(2, 40, 9, format), 6)],
        SKEncodedImageFormat.Png => [Pictures.Numbered(1), Pictures.GreyPng(9, 7, 80), Pictures.WhitePng(30)],
        _ => [Pictures.Numbered(1, format: format), Pictures.Numbered(2, 64, 48, format)],
    };
}
