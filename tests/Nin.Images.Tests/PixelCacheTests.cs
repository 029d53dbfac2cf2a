using Nin.Data;

namespace Nin.Images.Tests;

public class PixelCacheTests
{
    [Fact]
    public void The_second_load_decodes_nothing_and_gives_the_same()
    {
        using var folder = new PictureFolder().WithThreeClasses();
        var first = ImageFolder.Load(folder.Path, 12, folder.Options);
        // The same length and time, but no longer a picture: opening it shows that.
        string path = folder["a/3.png"];
        var time = File.GetLastWriteTimeUtc(path);
        File.WriteAllBytes(path, new byte[new FileInfo(path).Length]);
        File.SetLastWriteTimeUtc(path, time);

        var second = ImageFolder.Load(folder.Path, 12, folder.Options);

        second.Skipped.Should().BeEmpty();
        second.Images.ContentHash.Should().Be(first.Images.ContentHash);
        second.Split(0.2).Preprocessing.Should().BeEquivalentTo(first.Split(0.2).Preprocessing);
        ImageFolder.Load(folder.Path, 12, folder.Options with { Cache = false }).Skipped.Should().ContainSingle();
    }

    [Fact]
    public void Pixels_are_the_same_in_memory_and_in_the_cache_and_with_any_number_of_threads()
    {
        using var folder = new PictureFolder().WithThreeClasses();
        string[] hashes =
        [
            ImageFolder.Load(folder.Path, 12, folder.Options with { Threads = 1 }).Images.ContentHash,
            ImageFolder.Load(folder.Path, 12, folder.Options with { Threads = 4, Cache = false }).Images.ContentHash,
            ImageFolder.Load(folder.Path, 12, folder.Options with { Threads = 1, Cache = false }).Images.ContentHash,
        ];
        hashes.Distinct().Should().ContainSingle();
    }

    [Fact]
    public void A_changed_file_or_rule_is_decoded_anew_and_takes_the_place_of_the_old()
    {
        using var folder = new PictureFolder().WithThreeClasses();
        string first = ImageFolder.Load(folder.Path, 12, folder.Options).Images.ContentHash;
        string cache = Directory.GetFiles(folder.Cache).Single();
        File.SetLastWriteTimeUtc(folder["a/3.png"], DateTime.UtcNow.AddSeconds(5));
        ImageFolder.Load(folder.Path, 12, folder.Options).Images.ContentHash.Should().Be(first);
        Directory.GetFiles(folder.Cache).Single().Should().NotBe(cache, "the time is in its name, for a file of the same length may be another");
        folder.Write("a/3.png", Pictures.Numbered(77));

        ImageFolder.Load(folder.Path, 12, folder.Options).Images.ContentHash.Should().NotBe(first);
        Directory.GetFiles(folder.Cache).Should().ContainSingle("the old one was of files that are no more");
        ImageFolder.Load(folder.Path, 12, folder.Options with { Resize = ResizeRule.Stretch });
        ImageFolder.Load(folder.Path, 13, folder.Options);
        Directory.GetFiles(folder.Cache).Should().HaveCount(3, "each rule has its own");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_damaged_cache_is_made_anew(int kind)
    {
        using var folder = new PictureFolder().WithThreeClasses();
        string hash = ImageFolder.Load(folder.Path, 12, folder.Options).Images.ContentHash;
        string cache = Directory.GetFiles(folder.Cache).Single();
        byte[] sound = File.ReadAllBytes(cache), bytes = kind switch
        {
            0 => [],
            1 => sound[..^9],
            2 => [.. sound[432..]], // An image is missing at the front.
            _ => [.. sound[..^16], 255, 255, 255, 255, 255, 255, 255, 127, .. sound[^8..]],
        };
        File.Delete(cache);
        File.WriteAllBytes(cache, bytes);

        ImageFolder.Load(folder.Path, 12, folder.Options).Images.ContentHash.Should().Be(hash);
        File.ReadAllBytes(cache).Should().Equal(sound);
    }

    [Fact]
    public void Cancelled_or_refused_it_leaves_nothing()
    {
        using var folder = new PictureFolder().WithThreeClasses();
        using var cancellation = new CancellationTokenSource();
        cancellation.Cancel();
        FluentActions.Invoking(() => ImageFolder.Load(folder.Path, 12, folder.Options, cancellation.Token)).Should().Throw<OperationCanceledException>();
        folder.Write("b/text.png", "text"u8.ToArray());
        FluentActions.Invoking(() => ImageFolder.Load(folder.Path, 12, folder.Options with { Broken = BrokenImages.Refuse })).Should().Throw<InvalidDataException>();
        Directory.GetFiles(folder.Cache).Should().BeEmpty();
    }

    [Fact]
    public void Images_stay_readable_when_the_cache_is_deleted_and_the_data_set_is_gone()
    {
        using var folder = new PictureFolder().WithThreeClasses();
        var image = ImageOf(folder);
        Directory.Delete(folder.Cache, recursive: true);
        for (int i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        byte[] want = ImageFolder.Load(folder.Path, 12, folder.Options with { Cache = false }).Images.Image(3).ToArray();
        image.SequenceEqual(want).Should().BeTrue();
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    static ReadOnlySpan<byte> ImageOf(PictureFolder folder) => ImageFolder.Load(folder.Path, 12, folder.Options).Images.Image(3);
}
