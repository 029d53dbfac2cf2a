using Nin.Data;

namespace Nin.Model.Tests.Data;

public class ImageDatasetTests
{
    static readonly ImageDataset Data = new(new byte[] { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 }, new[] { 0, 1, 0 }, 2, 1, 2, ["a", "b"]);

    [Fact]
    public void Take_keeps_the_first_images()
    {
        ImageDataset two = Data.Take(2);

        two.Count.Should().Be(2);
        two.Labels.ToArray().Should().Equal(0, 1);
        two.Image(1).ToArray().Should().Equal(5, 6, 7, 8);
        two.Pixels.Length.Should().Be(8);
        Data.Take(99).Should().BeSameAs(Data);
        FluentActions.Invoking(() => Data.Take(0)).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void Lengths_and_labels_are_checked()
    {
        FluentActions.Invoking(() => new ImageDataset(new byte[11], new int[3], 2, 1, 2, ["a"]))
            .Should().Throw<ArgumentException>().WithMessage("11 pixels where 3 x 2 x 1 x 2 = 12*");
        // 2^21 x 2^21 x 2^22 is 2^64, which is 0 to a multiplication that wraps.
        FluentActions.Invoking(() => new ImageDataset(Array.Empty<byte>(), new int[1], 1 << 21, 1 << 21, 1 << 22, ["a"]))
            .Should().Throw<ArgumentException>().WithMessage("0 pixels where 1 x * = 18446744073709551616*");
        FluentActions.Invoking(() => new ImageDataset(Array.Empty<byte>(), Array.Empty<int>(), 2, 1, 2, ["a"]))
            .Should().Throw<ArgumentException>().WithMessage("No images*");
        FluentActions.Invoking(() => new ImageDataset(new byte[2], new[] { 0, 2 }, 1, 1, 1, ["a", "b"]))
            .Should().Throw<ArgumentException>().WithMessage("Label 2 of image 1 names no class; labels are 0 to 1*");
    }

    [Fact]
    public void Images_come_from_a_source_when_they_are_asked_for()
    {
        var source = new CountingSource(Data);
        var data = new ImageDataset(source, new[] { 0, 1, 0 }, 2, 1, 2, ["a", "b"]);

        source.Asked.Should().Be(0);
        data.Image(2).ToArray().Should().Equal(9, 10, 11, 12);
        source.Asked.Should().Be(1);
        data.ContentHash.Should().Be(Data.ContentHash);
        data.Take(2).ContentHash.Should().Be(Data.Take(2).ContentHash);
        data.Invoking(d => d.Pixels.Length).Should().Throw<InvalidOperationException>().WithMessage("*read them one by one with Image.");
        data.Invoking(d => d.Image(3).Length).Should().Throw<ArgumentOutOfRangeException>().WithMessage("An image's index must be 0 to 2.*");
        FluentActions.Invoking(() => new ImageDataset(source, new int[2], 2, 1, 2, ["a"])).Should().Throw<ArgumentException>()
            .WithMessage("3 images where there are 2 labels; there must be one for each.*");
        FluentActions.Invoking(() => new ImageDataset(source, new int[3], 2, 1, 3, ["a"]).Image(0).Length).Should().Throw<InvalidDataException>()
            .WithMessage("Image 0 has 4 bytes where 2 x 1 x 3 = 6 are expected.");
        FluentActions.Invoking(() => new ImageDataset(source, new int[3], 1 << 21, 1 << 21, 1 << 22, ["a"])).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void A_subset_keeps_the_order_asked_for_and_the_classes()
    {
        ImageDataset subset = Data.Subset([2, 1, 2]);

        subset.Labels.ToArray().Should().Equal(0, 1, 0);
        subset.ClassNames.Should().Equal("a", "b");
        subset.Image(0).ToArray().Should().Equal(9, 10, 11, 12);
        subset.Image(1).ToArray().Should().Equal(5, 6, 7, 8);
        subset.Take(2).Subset([1]).Image(0).ToArray().Should().Equal(5, 6, 7, 8);
        Data.Subset([0, 1, 2]).ContentHash.Should().Be(Data.ContentHash);
        Data.Invoking(d => d.Subset([0, 3])).Should().Throw<ArgumentOutOfRangeException>().WithMessage("An image's index must be 0 to 2.*");
        Data.Invoking(d => d.Subset([])).Should().Throw<ArgumentException>().WithMessage("No images*");
    }

    sealed class CountingSource(ImageDataset data) : IImageSource
    {
        public int Asked { get; private set; }

        public int Count => data.Count;

        public ReadOnlySpan<byte> Image(int index)
        {
            Asked++;
            return data.Image(index);
        }
    }
}
