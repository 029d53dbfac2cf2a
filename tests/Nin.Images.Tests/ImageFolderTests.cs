using Nin.Data;
using Nin.Training;
using SkiaSharp;

namespace Nin.Images.Tests;

public class ImageFolderTests
{
    [Fact]
    public void Folders_are_classes_and_files_come_in_order()
    {
        using var folder = new PictureFolder().WithThreeClasses();
        folder.Write("b/deeper/x.JPG", Pictures.Numbered(50, format: SKEncodedImageFormat.Jpeg));
        folder.Write("b/notes.txt", "passed over"u8.ToArray());
        folder.Write(".hidden/1.png", Pictures.Numbered(51));

        var images = ImageFolder.Load(folder.Path, 12, folder.Options);

        images.Images.ClassNames.Should().Equal("a", "b", "c");
        images.Images.Labels.ToArray().Should().Equal([.. Enumerable.Repeat(0, 10), .. Enumerable.Repeat(1, 6), 2, 2]);
        images.Files.Should().HaveCount(18).And.Contain("b/deeper/x.JPG").And.BeInAscendingOrder(StringComparer.Ordinal);
        (images.Images.Channels, images.Images.Height, images.Images.Width).Should().Be((3, 12, 12));
        images.Skipped.Should().BeEmpty();
        var want = new ImageDecoder(new Preprocessing(["x"], 3, 12, 12), 1000);
        byte[] pixels = new byte[want.Length];
        for (int i = 0; i < images.Files.Count; i++)
        {
            want.Decode(folder[images.Files[i]], pixels);
            images.Images.Image(i).ToArray().Should().Equal(pixels);
        }
    }

    [Fact]
    public void A_split_takes_its_share_of_each_class_and_repeats()
    {
        using var folder = new PictureFolder().WithThreeClasses();
        var images = ImageFolder.Load(folder.Path, 12, folder.Options);

        var split = images.Split(validation: 0.2, seed: 0);

        split.Validation.Labels.ToArray().CountBy(label => label).Should().BeEquivalentTo(new Dictionary<int, int> { [0] = 2, [1] = 1, [2] = 1 });
        (split.Training.Count + split.Validation.Count).Should().Be(17);
        Hashes(split.Training).Intersect(Hashes(split.Validation)).Should().BeEmpty();
        var again = ImageFolder.Load(folder.Path, 12, folder.Options with { Cache = false, Threads = 1 }).Split(0.2, 0);
        (again.Training.ContentHash, again.Validation.ContentHash).Should().Be((split.Training.ContentHash, split.Validation.ContentHash));
        images.Split(0.2, seed: 1).Validation.ContentHash.Should().NotBe(split.Validation.ContentHash);
        foreach (double wrong in new[] { 0, 1, -0.5, double.NaN })
            images.Invoking(i => i.Split(wrong)).Should().Throw<ArgumentOutOfRangeException>().WithMessage("The share for validation must be above 0 and below 1*");
    }

    [Fact]
    public void A_new_picture_does_not_move_those_that_were_there()
    {
        using var folder = new PictureFolder().WithThreeClasses();
        var before = Hashes(ImageFolder.Load(folder.Path, 12, folder.Options).Split(0.3, 5).Validation);
        folder.Write("a/00-first.png", Pictures.Numbered(99));
        var after = Hashes(ImageFolder.Load(folder.Path, 12, folder.Options).Split(0.3, 5).Validation);
        before.Except(after).Count().Should().BeLessThanOrEqualTo(1, "at most the new one takes a place");
    }

    [Fact]
    public void The_normalisation_is_that_of_the_training_images()
    {
        using var folder = new PictureFolder().WithThreeClasses();
        var split = ImageFolder.Load(folder.Path, 9, 11, folder.Options).Split(0.2);
        for (int c = 0; c < 3; c++)
        {
            double[] values = [.. Enumerable.Range(0, split.Training.Count).SelectMany(i => split.Training.Image(i).Slice(c * 99, 99).ToArray()).Select(b => b / 255.0)];
            double mean = values.Average(), std = Math.Sqrt(values.Average(v => (v - mean) * (v - mean)));
            split.Preprocessing.Normalization!.Mean[c].Should().BeApproximately((float)mean, 1e-6f);
            split.Preprocessing.Normalization.Std[c].Should().BeApproximately((float)std, 1e-6f);
        }

        var own = new Normalization([0.5f], [0.25f]);
        ImageFolder.Load(folder.Path, 9, folder.Options with { Normalization = own }).Split(0.2).Preprocessing.Normalization.Should().BeSameAs(own);
    }

    [Fact]
    public void Even_pictures_have_a_deviation_to_divide_by()
    {
        using var folder = new PictureFolder();
        foreach (string name in (string[])["a/1.png", "a/2.png", "b/1.png", "b/2.png"]) folder.Write(name, Pictures.GreyPng(4, 4, 51));
        var split = ImageFolder.Load(folder.Path, 4, folder.Options with { Channels = 1 }).Split(0.5);
        split.Preprocessing.Normalization!.Mean.Should().Equal(0.2f);
        split.Preprocessing.Normalization.Std.Should().Equal(1 / 255f);
    }

    [Fact]
    public void Broken_files_are_left_out_and_listed_or_refused()
    {
        using var folder = new PictureFolder().WithThreeClasses();
        byte[] jpeg = Pictures.Numbered(7, 300, 200, SKEncodedImageFormat.Jpeg);
        string cut = folder.Write("a/cut.jpg", jpeg[..(jpeg.Length / 2)]), text = folder.Write("c/text.png", "text"u8.ToArray());

        for (int run = 0; run < 2; run++) // The second is answered by the cache.
        {
            var images = ImageFolder.Load(folder.Path, 12, folder.Options);
            images.Images.Count.Should().Be(17);
            images.Skipped.Should().Equal(
                new SkippedImage(cut, "it is cut short"), new SkippedImage(text, "it is not a PNG, JPEG, WebP, BMP or GIF picture"));
            images.Split(0.2).Skipped.Should().HaveCount(2);
            images.Skipped[0].ToString().Should().Be($"{cut} was left out: it is cut short.");
        }

        Refused(folder, folder.Options with { Broken = BrokenImages.Refuse })
            .Should().Be($"{cut} cannot be used: it is cut short. Replace or delete it, or load with Broken = BrokenImages.Skip.");
    }

    [Fact]
    public void A_picture_of_too_many_pixels_is_left_out()
    {
        using var folder = new PictureFolder().WithThreeClasses();
        string bomb = folder.Write("a/bomb.png", Pictures.PngThatClaims(20_000, 20_000));
        ImageFolder.Load(folder.Path, 12, folder.Options).Skipped.Should().ContainSingle().Which.Path.Should().Be(bomb);
    }

    [Fact]
    public void What_has_no_classes_is_said_in_one_line()
    {
        using var folder = new PictureFolder();
        Refused(folder).Should().Be($"{folder.Path} has no folders: put the pictures of each class into a folder that has the class's name.");
        folder.Write("a/1.png", Pictures.Numbered(1));
        Refused(folder).Should().Be($"{folder.Path} has one class only (a), and there is nothing to tell apart: add a folder for each other class.");
        Directory.CreateDirectory(folder["b"]);
        Refused(folder).Should().Be($"{folder["b"]} has no pictures (PNG, JPEG, WebP, BMP or GIF): add some, or delete the folder.");
        folder.Write("b/1.png", "text"u8.ToArray());
        Refused(folder).Should().Be(
            $"{folder["b"]} has no picture that can be used; the first, b/1.png: it is not a PNG, JPEG, WebP, BMP or GIF picture. Replace them, or delete the folder.");
        folder.Write("b/1.png", Pictures.Numbered(2));
        FluentActions.Invoking(() => ImageFolder.Load(folder.Path, 12, folder.Options).Split(0.2)).Should().Throw<InvalidDataException>()
            .WithMessage($"{folder.Path} has one picture in each class, and none is left for validation: add more.");
        FluentActions.Invoking(() => ImageFolder.Load(folder["none"], 12, folder.Options)).Should().Throw<DirectoryNotFoundException>()
            .WithMessage($"{folder["none"]} does not exist; name the folder that has one folder per class.");
        FluentActions.Invoking(() => ImageFolder.Load(folder["a/1.png"], 12, folder.Options)).Should().Throw<DirectoryNotFoundException>()
            .WithMessage("*is a file;*");
    }

    [Fact]
    public void Wrong_options_are_refused()
    {
        using var folder = new PictureFolder().WithThreeClasses();
        foreach (var options in (ImageFolderOptions[])[new() { Channels = 2 }, new() { MaxPixels = 0 }, new() { Threads = 0 }, new() { Broken = (BrokenImages)9 }])
            FluentActions.Invoking(() => ImageFolder.Load(folder.Path, 8, options)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => ImageFolder.Load(folder.Path, 0, folder.Options)).Should().Throw<ArgumentException>().WithMessage("The input is 0 x 0 pixels*");
    }

    [Fact]
    public void A_trainer_takes_a_split_as_it_stands_and_a_file_keeps_its_preprocessing()
    {
        using var folder = new PictureFolder().WithThreeClasses();
        var data = ImageFolder.Load(folder.Path, 12, folder.Options).Split(0.2);
        using var device = Device.Open("cpu");
        using var net = new PictureNet(device, seed: 0);

        var options = new TrainerOptions { Epochs = 2, BatchSize = 4, BestWeights = BestWeights.ByAccuracy, RestoreBestWeights = true, Patience = 3 };
        var epochs = Trainer.Fit(net, data, options);
        net.Save(Path.Combine(folder.Path, "net.safetensors"), data.Preprocessing);

        epochs.Should().HaveCount(2).And.OnlyContain(e => e.ValidationAccuracy >= 0 && double.IsNaN(e.TestAccuracy)).And.Contain(e => e.IsBest);
        Preprocessing.Read(Path.Combine(folder.Path, "net.safetensors")).Should().BeEquivalentTo(data.Preprocessing);
    }

    static List<string> Hashes(ImageDataset data) => [.. Enumerable.Range(0, data.Count).Select(i => Convert.ToHexString(data.Image(i)))];

    static string Refused(PictureFolder folder, ImageFolderOptions? options = null) =>
        FluentActions.Invoking(() => ImageFolder.Load(folder.Path, 12, options ?? folder.Options)).Should().Throw<InvalidDataException>().Which.Message;
}
