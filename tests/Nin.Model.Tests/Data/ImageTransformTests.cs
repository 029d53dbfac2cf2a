using Nin.Data;

namespace Nin.Model.Tests.Data;

public class ImageTransformTests
{
    static readonly ImageDataset Synthetic = SyntheticDataset.Create(400, 3, 9, 12, seed: 5);

    [Fact]
    public void Pixels_are_scaled_to_one_and_normalised_by_channel()
    {
        var data = new ImageDataset(new byte[] { 0, 255, 51, 102 }, new int[1], channels: 2, height: 1, width: 2, ["only"]);
        var options = new DataLoaderOptions { Normalization = new Normalization([0.5f, 0.2f], [0.25f, 2]) };

        Write(data, new DataLoaderOptions(), 0).Should().Equal(0, 1, 51 / 255f, 102 / 255f);
        Write(data, options, 0).Should().Equal(-2, 2, (51 / 255f - 0.2f) / 2, (102 / 255f - 0.2f) / 2);
    }

    [Fact]
    public void A_flip_mirrors_half_of_the_images_left_to_right()
    {
        var options = new DataLoaderOptions { Augmentation = Augmentation.Flip };
        int flipped = 0;
        for (int i = 0; i < Synthetic.Count; i++)
        {
            float[] got = Write(Synthetic, options, i);
            bool same = got.AsSpan().SequenceEqual(Moved(i, flip: false, 0, 0));
            if (!same)
                got.Should().Equal(Moved(i, flip: true, 0, 0));
            flipped += same ? 0 : 1;
        }

        // Four standard deviations of 400 fair coins are 40.
        flipped.Should().BeInRange(160, 240);
    }

    [Fact]
    public void A_shift_moves_by_up_to_two_pixels_and_lets_black_in()
    {
        var options = new DataLoaderOptions { Augmentation = Augmentation.ShiftFlip };
        HashSet<(bool, int, int)> met = [];
        for (int i = 0; i < Synthetic.Count; i++)
        {
            float[] got = Write(Synthetic, options, i);
            IEnumerable<(bool Flip, int Down, int Right)> all =
                from flip in new[] { false, true }
                from down in Enumerable.Range(-2, 5)
                from right in Enumerable.Range(-2, 5)
                select (flip, down, right);
            met.Add(all.Single(move => got.AsSpan().SequenceEqual(Moved(i, move.Flip, move.Down, move.Right))));
        }

        met.Should().HaveCount(50, "each of 2 x 5 x 5 is met in 400 draws");
    }

    [Fact]
    public void What_comes_in_is_black_before_normalisation()
    {
        var white = new ImageDataset(Enumerable.Repeat((byte)255, 64 * 16).ToArray(), new int[64], 1, 4, 4, ["only"]);
        var options = new DataLoaderOptions { Augmentation = Augmentation.ShiftFlip, Normalization = new Normalization([0.5f], [0.5f]) };

        Enumerable.Range(0, 64).SelectMany(i => Write(white, options, i)).Distinct().Should().BeEquivalentTo([-1f, 1f]);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(1, 3)]
    public void Images_smaller_than_a_shift_are_left_black_or_whole(int height, int width)
    {
        ImageDataset tiny = SyntheticDataset.Create(50, 1, height, width, seed: 1);
        for (int i = 0; i < tiny.Count; i++)
            Write(tiny, new DataLoaderOptions { Augmentation = Augmentation.ShiftFlip }, i).Should().OnlyContain(x => x >= 0 && x <= 1);
    }

    [Fact]
    public void Variation_depends_on_epoch_and_seed()
    {
        var options = new DataLoaderOptions { Augmentation = Augmentation.ShiftFlip, Seed = 1 };
        float[][] first = WriteAll(options, epoch: 0);

        WriteAll(options, epoch: 0).Should().BeEquivalentTo(first, o => o.WithStrictOrdering());
        Different(first, WriteAll(options, epoch: 1)).Should().BeGreaterThan(350);
        Different(first, WriteAll(options with { Seed = 2 }, epoch: 0)).Should().BeGreaterThan(350);
        Different(first, WriteAll(options with { Seed = 1UL << 40 | 1 }, epoch: 0)).Should().BeGreaterThan(350);
    }

    [Fact]
    public void Resizing_follows_the_augmentation_and_commutes_with_normalisation()
    {
        var options = new DataLoaderOptions
        {
            Augmentation = Augmentation.ShiftFlip, Height = 20, Width = 31, Normalization = new Normalization([0.3f], [0.4f]),
        };
        float[] small = Write(Synthetic, new DataLoaderOptions { Augmentation = Augmentation.ShiftFlip }, 7);
        float[] got = Write(Synthetic, options, 7);
        var resize = new BilinearResize(9, 12, 20, 31);
        float[] want = new float[20 * 31];
        for (int c = 0; c < 3; c++)
        {
            resize.Apply(small.AsSpan(c * 108, 108), want);
            for (int i = 0; i < want.Length; i++)
                // Values up to 2 in size, a handful of roundings on either side.
                got[c * want.Length + i].Should().BeApproximately((want[i] - 0.3f) / 0.4f, 32 * MathF.Pow(2, -24));
        }
    }

    [Fact]
    public void A_normalisation_for_other_channels_is_refused() =>
        FluentActions
            .Invoking(() => new ImageTransform(Synthetic, new DataLoaderOptions { Normalization = new Normalization([0, 0], [1, 1]) }))
            .Should().Throw<ArgumentException>().WithMessage("*2 channels for images of 3*");

    static int Different(float[][] a, float[][] b) => a.Zip(b).Count(pair => !pair.First.AsSpan().SequenceEqual(pair.Second));

    static float[][] WriteAll(DataLoaderOptions options, int epoch) =>
        [.. Enumerable.Range(0, Synthetic.Count).Select(i => Write(Synthetic, options, i, epoch))];

    static float[] Write(ImageDataset data, DataLoaderOptions options, int index, int epoch = 0)
    {
        var transform = new ImageTransform(data, options);
        float[] image = new float[transform.ImageLength];
        Array.Fill(image, float.NaN);
        transform.Write(index, epoch, image);
        return image;
    }

    static float[] Moved(int index, bool flip, int down, int right)
    {
        float[] image = new float[3 * 9 * 12];
        for (int i = 0; i < image.Length; i++)
        {
            (int c, int y, int x) = (i / 108, i / 12 % 9 - down, i % 12 - right);
            if (y is >= 0 and < 9 && x is >= 0 and < 12)
                image[i] = Synthetic.Image(index)[c * 108 + y * 12 + (flip ? 11 - x : x)] / 255f;
        }

        return image;
    }
}
