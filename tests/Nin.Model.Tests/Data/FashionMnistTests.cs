using Nin.Data;

namespace Nin.Model.Tests.Data;

public class FashionMnistTests
{
    [FashionMnistFact]
    public void Has_60000_training_and_10000_test_images_with_balanced_classes()
    {
        ImageDataset training = FashionMnist.LoadTraining(RealFashionMnist.Location);
        ImageDataset test = FashionMnist.LoadTest(RealFashionMnist.Location);

        (training.Count, training.Channels, training.Height, training.Width).Should().Be((60000, 1, 28, 28));
        (test.Count, test.Channels, test.Height, test.Width).Should().Be((10000, 1, 28, 28));
        training.Labels.ToArray().CountBy(label => label).Should().HaveCount(10).And.OnlyContain(c => c.Value == 6000);
        test.Labels.ToArray().CountBy(label => label).Should().HaveCount(10).And.OnlyContain(c => c.Value == 1000);
        training.Labels[0].Should().Be(9, "the first training image is an ankle boot");
    }

    [FashionMnistFact]
    public void Mean_and_deviation_of_the_training_pixels_are_the_constants()
    {
        double sum = 0, squares = 0;
        ReadOnlySpan<byte> pixels = FashionMnist.LoadTraining(RealFashionMnist.Location).Pixels;
        foreach (byte pixel in pixels)
        {
            sum += pixel / 255.0;
            squares += pixel / 255.0 * (pixel / 255.0);
        }

        double mean = sum / pixels.Length;
        Math.Round(mean, 4).Should().BeApproximately(FashionMnist.Mean, 1e-7);
        Math.Round(Math.Sqrt(squares / pixels.Length - mean * mean), 4).Should().BeApproximately(FashionMnist.Std, 1e-7);
    }

    [FashionMnistFact]
    public async Task One_flipped_byte_is_an_error_that_names_the_file()
    {
        using var folder = new TemporaryFolder();
        foreach (DataFile file in FashionMnist.Files)
        {
            using Stream source = DataFolder.OpenUnpacked(RealFashionMnist.Location.PathOf(file.Name));
            using FileStream target = File.Create(folder[file.Name]);
            source.CopyTo(target);
        }

        (await FashionMnist.LocateAsync(folder.Path)).Should().BeEquivalentTo(new { folder.Path, Source = "option", FashionMnist.Files });

        string damaged = folder["t10k-images-idx3-ubyte"];
        File.WriteAllBytes(damaged, SmallDataSet.WithOneBitFlipped(File.ReadAllBytes(damaged), 1_000_000));
        (await FluentActions.Awaiting(() => FashionMnist.LocateAsync(folder.Path)).Should().ThrowAsync<InvalidDataException>())
            .WithMessage($"--data {folder.Path}: t10k-images-idx3-ubyte has SHA-256 * where 5b4141f0* is expected*");
    }
}
