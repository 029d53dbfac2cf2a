using Nin.Data;

namespace Nin.Model.Tests.Data;

public sealed class IdxFileTests : IDisposable
{
    static readonly byte[] Images = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3, .. Enumerable.Range(10, 12).Select(i => (byte)i)];
    static readonly byte[] Labels = [0, 0, 8, 1, 0, 0, 0, 2, 4, 9];

    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Reads_images_plain_and_packed(bool packed)
    {
        string path = packed ? folder.Write("x.gz", SmallDataSet.Gzip(Images)) : folder.Write("x", Images);

        IdxFile file = IdxFile.Read(path, rank: 3);

        file.Dimensions.Should().Equal(2, 2, 3);
        file.Data.Should().Equal(Images[16..]);
    }

    [Fact]
    public void Reads_labels()
    {
        IdxFile file = IdxFile.Read(folder.Write("x", Labels), rank: 1);

        file.Dimensions.Should().Equal(2);
        file.Data.Should().Equal(4, 9);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Wrong_magic(bool packed) =>
        Fails(Labels, 3, packed, "*magic 0x00000801 where 0x00000803 (unsigned bytes, 3 dimensions) is expected*");

    [Fact]
    public void Wrong_type() => Fails([0, 0, 0x0D, 1, 0, 0, 0, 1, 0, 0, 0, 0], 1, false, "*magic 0x00000d01 where 0x00000801*");

    [Fact]
    public void Packed_bytes_without_the_ending_are_a_wrong_magic() => Fails(SmallDataSet.Gzip(Images), 3, false, "*magic 0x1f8b*");

    [Fact]
    public void Cut_short() => Fails(Images[..^1], 3, false, "*27 bytes where 28 are expected for 2 x 2 x 3*");

    [Fact]
    public void Cut_short_before_packing() =>
        Fails(Images[..^1], 3, true, "*cut short: 11 bytes of data where 12 are expected for 2 x 2 x 3*");

    [Fact]
    public void Too_long() => Fails([.. Images, 0], 3, false, "*29 bytes where 28 are expected for 2 x 2 x 3*");

    [Fact]
    public void Too_long_before_packing() => Fails([.. Images, 0], 3, true, "*too long: more than the 12 bytes*");

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(15)]
    public void Cut_short_in_the_header(int length)
    {
        Fails(Images[..length], 3, false, $"*{length} bytes where the header alone has 16*");
        Fails(Images[..length], 3, true, $"*{length} bytes where the header alone has 16*");
    }

    [Fact]
    public void Packed_file_cut_short()
    {
        byte[] packed = SmallDataSet.Gzip([0, 0, 8, 1, 0, 0, 0x13, 0x88, .. SmallDataSet.First]);
        string path = folder.Write("x.gz", packed[..(packed.Length / 2)]);

        FluentActions.Invoking(() => IdxFile.Read(path, 1)).Should().Throw<InvalidDataException>().WithMessage($"{path}: *");
    }

    [Fact]
    public void Packed_file_that_is_none()
    {
        string path = folder.Write("x.gz", Images);

        FluentActions.Invoking(() => IdxFile.Read(path, 3))
            .Should().Throw<InvalidDataException>().WithMessage($"{path}: not a whole gzip file*");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Absurd_dimensions_are_refused_before_memory_is_taken(bool packed)
    {
        Fails([0, 0, 8, 1, 0, 0, 0, 0], 1, packed, "*dimension 0 is 0*");
        Fails([0, 0, 8, 1, 0xff, 0xff, 0xff, 0xff], 1, packed, "*dimension 0 is 4294967295*");
        byte[] huge = [0x7f, 0xff, 0xff, 0xff];
        Fails([0, 0, 8, 3, .. huge, .. huge, .. huge], 3, packed, "*absurd dimensions 2147483647 x *");
        string message = packed ? "*absurd dimensions 1879048192*" : "*9 bytes where 1879048200 are expected*";
        Fails([0, 0, 8, 1, 0x70, 0, 0, 0, 1], 1, packed, message);
    }

    [Fact]
    public void A_claim_that_a_packed_file_does_not_keep_takes_no_memory()
    {
        // 100,000 packed bytes could unpack to 100 million: as many as the header claims, and 200,000 come.
        byte[] noise = new byte[100_000];
        new Random(1).NextBytes(noise);
        byte[] claim = [0, 0, 8, 1, 0x05, 0xF5, 0xE1, 0, .. noise, .. noise];
        string path = folder.Write("x.gz", SmallDataSet.Gzip(claim));
        long before = GC.GetAllocatedBytesForCurrentThread();

        FluentActions.Invoking(() => IdxFile.Read(path, 1)).Should().Throw<InvalidDataException>().WithMessage("*cut short: 200000 bytes*");

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(10 * claim.Length);
    }

    [Fact]
    public void A_packed_file_may_unpack_to_many_times_its_length()
    {
        byte[] zeros = [0, 0, 8, 1, 0, 0x4C, 0x4B, 0x40, .. new byte[5_000_000]];
        IdxFile.Read(folder.Write("x.gz", SmallDataSet.Gzip(zeros)), 1).Data.Should().HaveCount(5_000_000);
    }

    [Fact]
    public void Missing_file() =>
        FluentActions.Invoking(() => IdxFile.Read(folder["none"], 1))
            .Should().Throw<InvalidDataException>().WithMessage("*none: no such file*");

    [Fact]
    public void Images_and_labels_must_belong_together()
    {
        string images = folder.Write("images", Images);
        string labels = folder.Write("labels", [0, 0, 8, 1, 0, 0, 0, 3, 4, 9, 1]);
        string unknown = folder.Write("unknown", [0, 0, 8, 1, 0, 0, 0, 2, 4, 10]);

        FluentActions.Invoking(() => ImageDataset.FromIdx(images, labels, FashionMnist.ClassNames))
            .Should().Throw<InvalidDataException>().WithMessage($"{labels}: 3 labels where {images} has 2 images*");
        FluentActions.Invoking(() => ImageDataset.FromIdx(images, unknown, FashionMnist.ClassNames))
            .Should().Throw<InvalidDataException>().WithMessage($"{unknown}: label 10 of image 1 names no class*");
    }

    void Fails(byte[] bytes, int rank, bool packed, string message)
    {
        string path = packed ? folder.Write("x.gz", SmallDataSet.Gzip(bytes)) : folder.Write("x", bytes);
        string got = FluentActions.Invoking(() => IdxFile.Read(path, rank)).Should().Throw<InvalidDataException>().Which.Message;
        got.Should().StartWith(path).And.Match(message).And.NotContain("\n").And.Contain("get it again");
    }
}
