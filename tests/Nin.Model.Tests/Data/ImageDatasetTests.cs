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
}
