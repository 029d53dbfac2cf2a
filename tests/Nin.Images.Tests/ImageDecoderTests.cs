using Nin.Data;
using SkiaSharp;
using static Nin.Images.Tests.Pictures;

namespace Nin.Images.Tests;

public class ImageDecoderTests
{
    [Fact]
    public void Pixels_of_the_right_size_are_kept_as_planes()
    {
        byte[] png = Encode(5, 3, (x, y) => new SKColor((byte)(x * 10), (byte)(y * 20), (byte)(x + y)));
        byte[] planes = Decode(png, 3, 3, 5);
        for (int y = 0; y < 3; y++)
        {
            for (int x = 0; x < 5; x++)
            {
                (planes[y * 5 + x], planes[15 + y * 5 + x], planes[30 + y * 5 + x]).Should().Be(((byte)(x * 10), (byte)(y * 20), (byte)(x + y)));
            }
        }
    }

    [Theory]
    [InlineData(1, "RGBW")]
    [InlineData(2, "GRWB")]
    [InlineData(3, "WBGR")]
    [InlineData(4, "BWRG")]
    [InlineData(5, "RBGW")]
    [InlineData(6, "BRWG")]
    [InlineData(7, "WGBR")]
    [InlineData(8, "GWRB")]
    public void A_JPEG_is_turned_upright_as_EXIF_says(byte orientation, string corners)
    {
        byte[] stored = Encode(32, 16, Quarters(32, 16, Red, Green, Blue, SKColors.White), SKEncodedImageFormat.Jpeg);
        var (height, width) = orientation >= 5 ? (32, 16) : (16, 32);

        byte[] planes = Decode(WithOrientation(stored, orientation), 3, height, width);

        string found = "";
        foreach (var (y, x) in new[] { (2, 2), (2, width - 3), (height - 3, 2), (height - 3, width - 3) })
        {
            int at = y * width + x, plane = height * width;
            found += (planes[at] > 128, planes[plane + at] > 128, planes[2 * plane + at] > 128) switch
            {
                (true, true, true) => 'W', (true, false, false) => 'R', (false, true, false) => 'G', (false, false, true) => 'B', _ => '?',
            };
        }

        found.Should().Be(corners);
    }

    [Fact]
    public void What_lies_on_its_side_is_framed_as_it_is_seen()
    {
        // Upright 16 wide and 32 high, red above blue: padded to a square it is between white bars at the left and at the right.
        byte[] stored = WithOrientation(Encode(32, 16, (x, _) => x < 16 ? Red : Blue, SKEncodedImageFormat.Jpeg), 6);
        byte[] planes = Decode(stored, 3, 12, 12, ResizeRule.Pad);
        Pixel(planes, 12, 12, 6, 0).Should().Be((255, 255, 255));
        Pixel(planes, 12, 12, 6, 11).Should().Be((255, 255, 255));
        Pixel(planes, 12, 12, 1, 6).Red.Should().BeGreaterThan(250);
        Pixel(planes, 12, 12, 10, 6).Blue.Should().BeGreaterThan(250);
    }

    [Fact]
    public void Transparency_is_laid_over_the_background()
    {
        byte[] png = Encode(2, 1, (x, _) => x == 0 ? new SKColor(200, 100, 0, 0) : new SKColor(200, 100, 0, 51));
        Decode(png, 3, 1, 2).Should().Equal(255, 244, 255, 224, 255, 204);
        Decode(png, 3, 1, 2, background: 0).Should().Equal(0, 40, 0, 20, 0, 0);
        // Grey: 299 R + 587 G + 114 B of a thousand is 118.5; a fifth of it and four fifths of white.
        Decode(png, 1, 1, 2).Should().Equal(255, 228);
    }

    [Fact]
    public void Grey_becomes_colour_and_colour_grey()
    {
        Decode(GreyPng(3, 3, 77), 3, 3, 3).Should().OnlyContain(v => v == 77).And.HaveCount(27);
        Decode(GreyPng(3, 3, 77), 1, 3, 3).Should().OnlyContain(v => v == 77).And.HaveCount(9);
        Decode(Encode(1, 1, (_, _) => Green), 1, 1, 1).Should().Equal(150);
    }

    [Fact]
    public void Each_rule_frames_a_wide_picture_in_its_way()
    {
        // Red | green | green | blue, 40 x 20.
        byte[] png = Encode(40, 20, (x, _) => x < 10 ? Red : x < 30 ? Green : Blue);
        byte[] crop = Decode(png, 3, 10, 10), pad = Decode(png, 3, 10, 10, ResizeRule.Pad, background: 9), stretch = Decode(png, 3, 10, 10, ResizeRule.Stretch);

        crop[..100].Should().OnlyContain(v => v == 0, "red is cut off");
        crop[100..200].Should().OnlyContain(v => v == 255);
        Pixel(pad, 10, 10, 1, 5).Should().Be((9, 9, 9));
        Pixel(pad, 10, 10, 5, 0).Should().Be((255, 0, 0));
        Pixel(pad, 10, 10, 8, 5).Should().Be((9, 9, 9));
        Pixel(stretch, 10, 10, 0, 0).Should().Be((255, 0, 0));
        Pixel(stretch, 10, 10, 9, 9).Should().Be((0, 0, 255));
    }

    [Fact]
    public void A_large_JPEG_decoded_at_a_fraction_looks_as_the_PNG_does()
    {
        static SKColor Smooth(int x, int y) => new((byte)(x / 6), (byte)(y / 5), (byte)(127 + 100 * Math.Sin(x / 90.0)));
        byte[] jpeg = Decode(Encode(1500, 1200, Smooth, SKEncodedImageFormat.Jpeg), 3, 48, 64);
        byte[] png = Decode(Encode(1500, 1200, Smooth), 3, 48, 64);
        jpeg.Zip(png, (a, b) => Math.Abs(a - b)).Max().Should().BeLessThanOrEqualTo(6);
    }

    [Fact]
    public void WebP_BMP_and_GIF_are_read()
    {
        Decode(Encode(8, 8, (_, _) => Blue, SKEncodedImageFormat.Webp), 3, 8, 8)[128..].Should().OnlyContain(v => v > 240);
        Decode(Bmp(), 3, 2, 2).Should().Equal(255, 0, 0, 90, 0, 255, 0, 90, 0, 0, 255, 90);
        Decode(Gif(), 3, 1, 1).Should().Equal(255, 0, 0);
    }

    [Fact]
    public void What_is_no_sound_picture_is_said_in_one_line()
    {
        byte[] jpeg = Numbered(1, 200, 200, SKEncodedImageFormat.Jpeg), png = Numbered(2, 200, 200);
        Broken(jpeg[..(jpeg.Length / 2)]).Should().Be("it is cut short");
        Broken(png[..(png.Length / 2)]).Should().Be("it is cut short");
        Broken("a text, called .png"u8.ToArray()).Should().Be("it is not a PNG, JPEG, WebP, BMP or GIF picture");
        Broken([]).Should().Be("it is empty");
        Broken(Numbered(1, 20000, 1)).Should().Be("it has 20000 x 1 pixels; a side of 16,384 is the longest");
    }

    [Fact]
    public void A_picture_of_too_many_pixels_is_refused_before_memory_is_taken()
    {
        byte[] bomb = PngThatClaims(20_000, 20_000);
        Broken(bomb);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Broken(bomb).Should().Be("it has 20000 x 20000 pixels, more than the 50,000,000 that are decoded; make it smaller or raise MaxPixels");
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(100_000);
    }

    [Fact]
    public void Pixels_that_a_file_cannot_hold_take_no_memory()
    {
        byte[] small = PngThatClaims(7_000, 7_000);
        Broken(small);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Broken(small).Should().Be($"it is cut short: {small.Length} bytes cannot hold the 7000 x 7000 pixels that it claims");
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(100_000);
    }

    [Fact]
    public void The_emptiest_pictures_are_read()
    {
        // White throughout packs as well as anything does, bits for pixels too.
        byte[] png = GreyPng(4_000, 4_000, 255), jpeg = Encode(2_000, 2_000, (_, _) => SKColors.White, SKEncodedImageFormat.Jpeg, quality: 1);
        Decode(png, 1, 2, 2).Should().Equal(255, 255, 255, 255);
        Decode(jpeg, 1, 2, 2).Should().Equal(255, 255, 255, 255);
        Decode(WhitePng(7_000), 1, 2, 2).Should().Equal(255, 255, 255, 255);
    }

    [Fact]
    public void A_decoder_gives_the_same_again_after_others()
    {
        var decoder = new ImageDecoder(new Preprocessing(["x"], 3, 9, 7, ResizeRule.Pad), 1_000_000);
        byte[] first = new byte[decoder.Length], other = new byte[decoder.Length], again = new byte[decoder.Length];
        decoder.Decode(Numbered(3, 31, 17), first);
        decoder.Decode(Numbered(4, 17, 31), other);
        FluentActions.Invoking(() => decoder.Decode("no"u8, other)).Should().Throw<BrokenImageException>();
        decoder.Decode(Numbered(3, 31, 17), again);
        again.Should().Equal(first);
        other.Should().NotEqual(first);
    }

    static string Broken(byte[] encoded) =>
        FluentActions.Invoking(() => Decode(encoded, 3, 8, 8)).Should().Throw<BrokenImageException>().Which.Message;

    static (byte Red, byte Green, byte Blue) Pixel(byte[] planes, int height, int width, int y, int x) =>
        (planes[y * width + x], planes[(height + y) * width + x], planes[(2 * height + y) * width + x]);

    static byte[] Decode(byte[] encoded, int channels, int height, int width, ResizeRule rule = ResizeRule.CenterCrop, byte background = 255)
    {
        var decoder = new ImageDecoder(new Preprocessing(["x"], channels, height, width, rule, background: background), 50_000_000);
        byte[] planes = new byte[decoder.Length];
        decoder.Decode(encoded, planes);
        return planes;
    }
}
