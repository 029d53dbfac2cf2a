using Nin.Data;

namespace Nin.Model.Tests.Data;

public class SyntheticDatasetTests
{
    [Fact]
    public void The_same_seed_gives_the_same_images_whatever_the_count()
    {
        ImageDataset many = SyntheticDataset.Create(30, 3, 9, 7, seed: 1);

        SyntheticDataset.Create(12, 3, 9, 7, seed: 1).Pixels.SequenceEqual(many.Take(12).Pixels).Should().BeTrue();
        SyntheticDataset.Create(30, 3, 9, 7, seed: 2).Pixels.SequenceEqual(many.Pixels).Should().BeFalse();
        many.Labels.ToArray().Should().Equal(Enumerable.Range(0, 30).Select(i => i % 10));
        many.Image(0).SequenceEqual(many.Image(10)).Should().BeFalse("images of one class differ");
    }

    [Theory]
    [InlineData(28, 28)]
    [InlineData(32, 32)]
    [InlineData(20, 33)]
    public void Texture_alone_tells_the_classes(int height, int width)
    {
        ImageDataset training = SyntheticDataset.Create(300, 1, height, width, seed: 1);
        ImageDataset test = SyntheticDataset.Create(300, 1, height, width, seed: 2);
        double[][] centres = [.. Enumerable.Range(0, 10).Select(k => Mean(training, k))];

        int right = Enumerable.Range(0, test.Count).Count(i =>
            Enumerable.Range(0, 10).MinBy(k => Distance(centres[k], Features(test, i))) == test.Labels[i]);

        // Chance is 30 of 300.
        right.Should().BeGreaterThan(270);
    }

    [Fact]
    public void Any_shape_can_be_made()
    {
        SyntheticDataset.Create(11, 1, 1, 1, seed: 0).Count.Should().Be(11);
        SyntheticDataset.Create(2, 5, 3, 1, seed: 0).Pixels.Length.Should().Be(30);
        FluentActions.Invoking(() => SyntheticDataset.Create(0, 1, 1, 1, 0)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => SyntheticDataset.Create(int.MaxValue, 4096, 4096, 4096, 0))
            .Should().Throw<ArgumentOutOfRangeException>().WithMessage("*more than an array holds*");
    }

    static double[] Mean(ImageDataset data, int label)
    {
        double[][] all = [.. Enumerable.Range(0, data.Count).Where(i => data.Labels[i] == label).Select(i => Features(data, i))];
        return [.. Enumerable.Range(0, all[0].Length).Select(f => all.Average(x => x[f]))];
    }

    // Autocorrelation at small offsets: blind to where a texture starts.
    static double[] Features(ImageDataset data, int index)
    {
        ReadOnlySpan<byte> image = data.Image(index);
        double[] features = new double[25];
        double energy = 0;
        foreach (byte pixel in image)
            energy += (pixel - 128.0) * (pixel - 128.0) / image.Length;
        for (int f = 0; f < features.Length; f++)
        {
            (int down, int right) = (f / 5, f % 5);
            double sum = 0;
            for (int y = down; y < data.Height; y++)
                for (int x = right; x < data.Width; x++)
                    sum += (image[y * data.Width + x] - 128.0) * (image[(y - down) * data.Width + x - right] - 128.0);
            features[f] = sum / ((data.Height - down) * (data.Width - right)) / energy;
        }

        return features;
    }

    static double Distance(double[] a, double[] b) => a.Zip(b).Sum(pair => (pair.First - pair.Second) * (pair.First - pair.Second));
}
