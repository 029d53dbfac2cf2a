using Nin.Data;

namespace Nin.Model.Tests.Data;

public class TransformTests
{
    static readonly ImageDataset Data = SyntheticDataset.Create(60, 3, 13, 10, seed: 5);
    static readonly Normalization Normal = new([0.4f, 0.5f, 0.3f], [0.2f, 0.25f, 0.5f]);

    static readonly Transform[] All =
    [
        new HorizontalFlip(), new RandomCrop(3), new RandomResizedCrop(), new Rotation(30), new Brightness(0.4), new Contrast(0.5), new Cutout(4), new Mixup(), new Inverted(0.5f),
    ];

    [Theory]
    [InlineData(Augmentation.Flip)]
    [InlineData(Augmentation.ShiftFlip)]
    public void An_augmentation_is_a_name_for_a_list_of_transforms(Augmentation augmentation)
    {
        Transform[] list = augmentation == Augmentation.Flip ? [new HorizontalFlip()] : [new HorizontalFlip(), new RandomCrop(2)];
        for (int i = 0; i < Data.Count; i++)
            Write(new() { Augmentation = augmentation, Seed = 3 }, i, 2).Should().Equal(Write(new() { Transforms = list, Seed = 3 }, i, 2));
    }

    [Fact]
    public void Each_transform_varies_with_epoch_image_and_seed_and_repeats_to_the_bit()
    {
        foreach (Transform transform in All)
        {
            var options = new DataLoaderOptions { Transforms = [transform], Normalization = Normal, Seed = 1 };
            float[][] first = Run(options, epoch: 0);
            Run(options, 0).Zip(first).Should().OnlyContain(pair => pair.First.SequenceEqual(pair.Second), $"{transform} repeats");
            Differing(first, Run(options, 1)).Should().BeGreaterThan(10, $"{transform} varies with the epoch");
            Differing(first, Run(options with { Seed = 2 }, 0)).Should().BeGreaterThan(10, $"{transform} varies with the seed");
            Differing(first, Run(options with { Transforms = [] }, 0)).Should().BeGreaterThan(10, $"{transform} does something");
            first.SelectMany(x => x).Should().OnlyContain(x => float.IsFinite(x));
        }

        static int Differing(float[][] a, float[][] b) => a.Zip(b).Count(pair => !pair.First.SequenceEqual(pair.Second));
    }

    [Fact]
    public void Batches_are_the_same_whatever_the_threads_and_the_batch_size()
    {
        var options = new DataLoaderOptions { BatchSize = 7, Shuffle = true, Seed = 4, Transforms = All, Normalization = Normal, Height = 9, Width = 11 };
        float[] want = Images(options with { Prefetch = 0 });
        foreach (int workers in new[] { 1, 2, 4 })
        {
            foreach (int batch in new[] { 1, 16, 60 }) Images(options with { Workers = workers, BatchSize = batch }).AsSpan().SequenceEqual(want).Should().BeTrue();
        }

        static float[] Images(DataLoaderOptions options) => [.. new DataLoader(Data, options).Epoch(3).SelectMany(b => b.Images.ToArray())];
    }

    [Fact]
    public void A_crop_of_everything_is_the_image_and_one_may_give_another_size()
    {
        var whole = new RandomResizedCrop(MinScale: 1, MaxScale: 1, MinRatio: 10.0 / 13, MaxRatio: 10.0 / 13);
        Write(new() { Transforms = [whole] }, 5, 0).Should().Equal(Write(new(), 5, 0));
        var smaller = new ImageTransform(Data, new() { Transforms = [new RandomResizedCrop(Height: 6, Width: 5)] });
        (smaller.Height, smaller.Width).Should().Be((6, 5));
        // What is cut out lies within the levels of the image.
        float[] image = new float[smaller.ImageLength], all = Write(new(), 5, 0);
        smaller.Write(5, 0, image);
        image.Should().OnlyContain(x => x >= all.Min() - 1e-6f && x <= all.Max() + 1e-6f);
    }

    [Fact]
    public void A_turn_moves_what_is_off_the_middle_and_keeps_what_is_in_it()
    {
        // One bright pixel two to the right of the middle of 9 x 9; a turn of an angle moves it on a circle of two pixels.
        byte[] pixels = new byte[81];
        pixels[4 * 9 + 6] = 255;
        var dot = new ImageDataset(pixels, new int[1], 1, 9, 9, ["dot"]);
        var transform = new ImageTransform(dot, new() { Transforms = [new Rotation(180)] });
        float[] image = new float[81];
        for (int epoch = 0; epoch < 40; epoch++)
        {
            transform.Write(0, epoch, image);
            double mass = image.Sum(x => (double)x), y = 0, x = 0;
            for (int i = 0; i < 81; i++) (y, x) = (y + image[i] * (i / 9 - 4), x + image[i] * (i % 9 - 4));
            mass.Should().BeInRange(0.5, 1.5, "bilinear weights of a turned grid");
            Math.Sqrt(y * y + x * x).Should().BeInRange(2 * mass - 0.8, 2 * mass + 0.8);
        }
    }

    [Fact]
    public void Light_stays_between_black_and_white()
    {
        var options = new DataLoaderOptions { Transforms = [new Brightness(1), new Contrast(1)], Normalization = Normal };
        var seen = new HashSet<float>();
        for (int i = 0; i < Data.Count; i++)
        {
            float[] image = Write(options, i, 0);
            for (int c = 0; c < 3; c++)
            {
                float black = -Normal.Mean[c] / Normal.Std[c], white = (1 - Normal.Mean[c]) / Normal.Std[c];
                image.Skip(c * 130).Take(130).Should().OnlyContain(x => x >= black && x <= white);
            }

            seen.Add(image.Average());
        }

        seen.Count.Should().BeGreaterThan(50);
    }

    [Fact]
    public void A_cutout_covers_a_square_with_the_mean()
    {
        byte[] white = new byte[20 * 15 * 15];
        Array.Fill(white, (byte)255);
        var data = new ImageDataset(white, new int[20], 1, 15, 15, ["white"]);
        var transform = new ImageTransform(data, new() { Transforms = [new Cutout(5)], Normalization = new([0.5f], [0.5f]) });
        float[] image = new float[225];
        int whole = 0;
        for (int i = 0; i < 20; i++)
        {
            transform.Write(i, 0, image);
            image.Should().OnlyContain(x => x == 0 || x == 1);
            int covered = image.Count(x => x == 0);
            covered.Should().BeInRange(9, 25, "a corner of it is at least 3 x 3");
            whole += covered == 25 ? 1 : 0;
        }

        whole.Should().BeGreaterThan(2);
    }

    [Theory]
    [InlineData(0.2)]
    [InlineData(1)]
    public void A_mixture_has_a_share_of_the_image_as_the_paper_weighs_its_label(double alpha)
    {
        // A white image among many black ones: what is left of it is its share, of Beta(alpha + 1, alpha).
        const int Count = 4_000;
        byte[] pixels = new byte[Count];
        Array.Fill(pixels, (byte)255, 0, 1);
        var data = new ImageDataset(pixels, new int[Count], 1, 1, 1, ["dot"]);
        var transform = new ImageTransform(data, new() { Transforms = [new Mixup(alpha)] });
        float[] image = new float[1], shares = new float[Count];
        for (int epoch = 0; epoch < Count; epoch++)
        {
            transform.Write(0, epoch, image);
            shares[epoch] = image[0];
        }

        double mean = (alpha + 1) / (2 * alpha + 1), variance = (alpha + 1) * alpha / (Math.Pow(2 * alpha + 1, 2) * (2 * alpha + 2));
        shares.Should().OnlyContain(x => x >= 0 && x <= 1);
        shares.Average(x => (double)x).Should().BeApproximately(mean, 5 * Math.Sqrt(variance / Count));
        shares.Average(x => (x - mean) * (x - mean)).Should().BeApproximately(variance, 0.1 * variance);
    }

    [Fact]
    public void What_is_mixed_in_fits_an_image_that_was_cut_to_another_size()
    {
        var transform = new ImageTransform(Data, new() { Transforms = [new RandomResizedCrop(Height: 6, Width: 5), new Mixup(1)], Normalization = Normal });
        float[] image = new float[transform.ImageLength];
        transform.Write(5, 0, image);
        (transform.Height, transform.Width).Should().Be((6, 5));
        for (int c = 0; c < 3; c++)
        {
            float black = -Normal.Mean[c] / Normal.Std[c], white = (1 - Normal.Mean[c]) / Normal.Std[c];
            image.Skip(c * 30).Take(30).Should().OnlyContain(x => x >= black - 1e-5f && x <= white + 1e-5f);
        }
    }

    [Fact]
    public void Wrong_arguments_are_refused()
    {
        foreach (Func<Transform> make in (Func<Transform>[])
            [() => new HorizontalFlip(1.5), () => new HorizontalFlip(double.NaN), () => new RandomCrop(-1), () => new RandomResizedCrop(0), () => new RandomResizedCrop(0.5, 0.4),
                () => new RandomResizedCrop(MinRatio: 2, MaxRatio: 1), () => new RandomResizedCrop(Height: 0), () => new Rotation(181), () => new Brightness(2),
                () => new Contrast(-1), () => new Cutout(0), () => new Mixup(0), () => new Mixup(2.1)])
        {
            make.Should().Throw<ArgumentOutOfRangeException>().WithMessage("* must be *");
        }

        FluentActions.Invoking(() => new ImageTransform(Data, new() { Transforms = [new Huge()] })).Should().Throw<ArgumentException>()
            .WithMessage("Huge gives images of 0 x 99999; each side must be 1 to 16384.");
    }

    [Fact]
    public void A_transform_says_what_decides_it()
    {
        new RandomCrop(4).Describe().Should().Be("RandomCrop { Padding = 4 }");
        new Rotation(7.5).Describe().Should().Be("Rotation { Degrees = 7.5 }");
    }

    static float[][] Run(DataLoaderOptions options, int epoch) => [.. Enumerable.Range(0, Data.Count).Select(i => Write(options, i, epoch))];

    static float[] Write(DataLoaderOptions options, int index, int epoch)
    {
        var transform = new ImageTransform(Data, options);
        float[] image = new float[transform.ImageLength];
        transform.Write(index, epoch, image);
        return image;
    }

    /// <summary>What a user may write.</summary>
    sealed record Inverted(float Share) : Transform
    {
        public override void Apply(ImageView source, ImageView destination, TransformContext context)
        {
            source.Pixels.CopyTo(destination.Pixels);
            if (!context.Chance(Share)) return;
            for (int c = 0; c < source.Channels; c++)
            {
                foreach (ref float x in destination.Plane(c)) x = context.Black[c] + context.White[c] - x;
            }
        }
    }

    sealed record Huge : Transform
    {
        public override (int Height, int Width) OutputSize(int height, int width) => (0, 99_999);

        public override void Apply(ImageView source, ImageView destination, TransformContext context)
        {
        }
    }
}
