using System.Diagnostics;
using Nin.Data;

namespace Nin.Model.Tests.Data;

public sealed class DataSearchTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_named_folder_may_hold_plain_and_packed_files()
    {
        folder.Write("named/first", SmallDataSet.First);
        folder.Write("named/second.gz", SmallDataSet.Gzip(SmallDataSet.Second));

        DataLocation location = await (SmallDataSet.Search(folder) with { Folder = folder["named"] }).LocateAsync();

        location.Should().BeEquivalentTo(new { Path = folder["named"], Source = "option", SmallDataSet.Files });
        location.PathOf("first").Should().Be(folder["named/first"]);
        location.PathOf("second").Should().Be(folder["named/second.gz"]);
    }

    [Fact]
    public async Task The_option_comes_before_the_environment_and_that_before_the_cache()
    {
        foreach (string place in new[] { "option", "environment", "cache/small", "system" })
            Put(place);
        DataSearch search = SmallDataSet.Search(folder) with { Folder = folder["option"], EnvironmentFolder = folder["environment"] };

        (await search.LocateAsync()).Source.Should().Be("option");
        (await (search with { Folder = null }).LocateAsync()).Source.Should().Be("environment");
        search = search with { Folder = null, EnvironmentFolder = null };
        (await search.LocateAsync()).Source.Should().Be("cache");
        Directory.Delete(folder["cache"], recursive: true);
        (await search.LocateAsync()).Source.Should().Be("system");
    }

    [Theory]
    [InlineData(true, "--data")]
    [InlineData(false, "NIN_DATA")]
    public async Task A_named_folder_without_the_files_is_an_error_even_if_the_cache_has_them(bool option, string name)
    {
        Put("cache/small");
        folder.Write("named/first", SmallDataSet.First);
        DataSearch search = option
            ? SmallDataSet.Search(folder) with { Folder = folder["named"] }
            : SmallDataSet.Search(folder) with { EnvironmentFolder = folder["named"] };

        (await FluentActions.Awaiting(() => search.LocateAsync()).Should().ThrowAsync<InvalidDataException>())
            .WithMessage($"{name} {folder["named"]}: second is missing, and second.gz too. Name a folder with Small's files*");
    }

    [Fact]
    public async Task A_damaged_packed_file_is_named()
    {
        byte[] packed = SmallDataSet.Gzip(SmallDataSet.First);
        folder.Write("named/first.gz", packed[..(packed.Length / 2)]);
        folder.Write("named/second", SmallDataSet.Second);
        DataSearch search = SmallDataSet.Search(folder) with { Folder = folder["named"] };

        (await FluentActions.Awaiting(() => search.LocateAsync()).Should().ThrowAsync<InvalidDataException>())
            .WithMessage("*first*");
    }

    [Fact]
    public async Task A_damaged_cache_is_fixed_from_the_publisher()
    {
        Put("cache/small");
        folder.Write("cache/small/second", SmallDataSet.WithOneBitFlipped(SmallDataSet.Second, 9));
        using LocalPublisher publisher = Publish(SmallDataSet.First, SmallDataSet.Second);
        List<string> told = [];

        DataLocation location = await (SmallDataSet.Search(folder) with { Sources = [new PublisherSource(publisher.Address)] }).LocateAsync(told.Add);

        location.Source.Should().Be("publisher");
        File.ReadAllBytes(folder["cache/small/second"]).Should().Equal(SmallDataSet.Second);
        told.Should().Contain(line => line.Contains("second has SHA-256"));
        (await SmallDataSet.Search(folder).LocateAsync()).Source.Should().Be("cache");
        OnlyTheCacheIsLeft();
    }

    [Fact]
    public async Task A_failed_fetch_leaves_the_old_files()
    {
        byte[] old = SmallDataSet.WithOneBitFlipped(SmallDataSet.First, 0);
        folder.Write("cache/small/first", old);
        using LocalPublisher publisher = Publish(SmallDataSet.First, SmallDataSet.WithOneBitFlipped(SmallDataSet.Second, 0));

        (await FluentActions.Awaiting(() => (SmallDataSet.Search(folder) with { Sources = [new PublisherSource(publisher.Address)] }).LocateAsync())
            .Should().ThrowAsync<InvalidDataException>()).WithMessage("*publisher: second has SHA-256*");

        File.ReadAllBytes(folder["cache/small/first"]).Should().Equal(old);
        Directory.GetFiles(folder["cache/small"]).Should().ContainSingle();
        OnlyTheCacheIsLeft();
    }

    [Fact]
    public async Task A_silent_publisher_is_left_within_the_limit()
    {
        using var silent = new LocalPublisher(files: null);
        DataSearch search = SmallDataSet.Search(folder) with { Sources = [new PublisherSource(silent.Address) { ConnectLimit = TimeSpan.FromSeconds(0.3) }] };
        var watch = Stopwatch.StartNew();

        (await FluentActions.Awaiting(() => search.LocateAsync()).Should().ThrowAsync<InvalidDataException>())
            .WithMessage("*publisher: 127.0.0.1 did not answer within 0.3 s*");
        watch.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Cancellation_ends_the_search_instead_of_going_on()
    {
        using var silent = new LocalPublisher(files: null);
        using var cancellation = new CancellationTokenSource(TimeSpan.FromSeconds(0.2));
        DataSearch search = SmallDataSet.Search(folder) with { Sources = [new PublisherSource(silent.Address) { ConnectLimit = TimeSpan.FromSeconds(30) }] };

        await FluentActions.Awaiting(() => search.LocateAsync(cancellation: cancellation.Token))
            .Should().ThrowAsync<OperationCanceledException>();
        OnlyTheCacheIsLeft();
    }

    [Fact]
    public async Task An_error_lists_what_was_tried_and_how_to_fix_it()
    {
        using LocalPublisher empty = new(new Dictionary<string, byte[]>());
        DataSearch search = SmallDataSet.Search(folder) with
        {
            Sources = [new PublisherSource(empty.Address), new BrokenSource()],
        };

        string message = (await FluentActions.Awaiting(() => search.LocateAsync())
            .Should().ThrowAsync<InvalidDataException>()).Which.Message;

        message.Should().StartWith("Small was not found. Tried ").And.NotContain("\n");
        message
            .Should().Contain($"cache {folder["cache/small"]}: no such folder").And.Contain($"system {folder["system"]}: no such folder");
        message.Should().Contain("publisher: 127.0.0.1: ").And.Contain("404");
        message.Should().Contain("broken: out of order").And.Contain("--data or NIN_DATA").And.Contain("install the package dataset-small");
    }

    [Fact]
    public async Task A_cache_that_cannot_be_written_is_told_as_such()
    {
        folder.Write("cache", [1]);
        using LocalPublisher publisher = Publish(SmallDataSet.First, SmallDataSet.Second);

        (await FluentActions.Awaiting(() => (SmallDataSet.Search(folder) with { Sources = [new PublisherSource(publisher.Address)] }).LocateAsync())
            .Should().ThrowAsync<InvalidDataException>()).WithMessage($"*publisher: *{folder["cache"]}*");
    }

    [Fact]
    public async Task Sources_are_tried_in_their_order()
    {
        using LocalPublisher publisher = Publish(SmallDataSet.First, SmallDataSet.Second);
        DataSearch search = SmallDataSet.Search(folder) with { Sources = [new BrokenSource(), new PublisherSource(publisher.Address)] };
        List<string> told = [];

        (await search.LocateAsync(told.Add)).Source.Should().Be("publisher");
        told.Should().Contain("skipping the broken source: out of order");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_download_is_cut_off_where_it_cannot_be_the_file(bool endless)
    {
        // 5,000 bytes pack into no more than these and some for a header.
        byte[] body = new byte[5000 + 5 + 4096 + 1];
        using var publisher = new LocalPublisher(new Dictionary<string, byte[]> { ["first.gz"] = body }) { IsEndless = endless };

        (await FluentActions.Awaiting(() => (SmallDataSet.Search(folder) with { Sources = [new PublisherSource(publisher.Address)] }).LocateAsync())
            .Should().ThrowAsync<InvalidDataException>())
            .WithMessage("*publisher: 127.0.0.1 sends more than 9,101 bytes for first.gz, which has 5,000 bytes when unpacked*");
        OnlyTheCacheIsLeft();
    }

    [Fact]
    public async Task No_more_than_the_published_bytes_are_unpacked()
    {
        using var unpacked = new CountingStream(1 << 30);
        using var copy = new MemoryStream();

        (await DataFolder.CopyAsync(unpacked, SmallDataSet.Files[0], copy, CancellationToken.None)).Should().Contain("more than the 5000 bytes");

        unpacked.Position.Should().BeLessThan(1 << 17);
        copy.Length.Should().BeLessThanOrEqualTo(5000);
    }

    [Fact]
    public async Task A_packed_file_is_unpacked_no_further_than_its_length()
    {
        byte[] bomb = SmallDataSet.Gzip(new byte[100_000_000]);
        folder.Write("named/first.gz", bomb);
        folder.Write("named/second", SmallDataSet.Second);
        DataSearch named = SmallDataSet.Search(folder) with { Folder = folder["named"] };
        (await FluentActions.Awaiting(() => named.LocateAsync()).Should().ThrowAsync<InvalidDataException>())
            .WithMessage("*first has more than the 5000 bytes that are expected*");

        (await FluentActions.Awaiting(() => (SmallDataSet.Search(folder) with { Sources = [new GivenSource(bomb)] }).LocateAsync())
            .Should().ThrowAsync<InvalidDataException>()).WithMessage("*given: first has more than the 5000 bytes that are expected*");
        OnlyTheCacheIsLeft();
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("..")]
    [InlineData(".")]
    [InlineData("")]
    [InlineData("/etc/passwd")]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData("C:x")]
    [InlineData("a\nb")]
    [InlineData("a\0b")]
    public void A_name_that_could_leave_the_folder_is_refused(string name) => FluentActions.Invoking(() => new DataFile(name, 1, new string('0', 64)))
        .Should().Throw<ArgumentException>().WithMessage("*is not a valid name of a data file*").And.Message.Should().NotContain("\n");

    [Fact]
    public void A_file_needs_a_length_and_a_checksum()
    {
        FluentActions.Invoking(() => new DataFile("x", -1, new string('0', 64))).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new DataFile("x", 1, new string('A', 64))).Should().Throw<ArgumentException>().WithMessage("*64 lower-case*");
        FluentActions.Invoking(() => new DataFile("x", 1, "00")).Should().Throw<ArgumentException>().WithMessage("*64 lower-case*");
    }

    [Fact]
    public void Only_files_of_the_data_set_have_a_path()
    {
        Put("named");
        var location = new DataLocation(folder["named"], "option", SmallDataSet.Files);
        location.Invoking(l => l.PathOf("../named/first")).Should().Throw<ArgumentException>().WithMessage("*is not a file of this data set*");
    }

    void Put(string place)
    {
        folder.Write($"{place}/first", SmallDataSet.First);
        folder.Write($"{place}/second", SmallDataSet.Second);
    }

    static LocalPublisher Publish(byte[] first, byte[] second) =>
        new(new Dictionary<string, byte[]> { ["first.gz"] = SmallDataSet.Gzip(first), ["second.gz"] = SmallDataSet.Gzip(second) });

    void OnlyTheCacheIsLeft() => Directory.GetDirectories(folder["cache"]).Should().BeSubsetOf([folder["cache/small"]]);

    sealed class BrokenSource : IDataSource
    {
        public string Name => "broken";

        public string? Advice => "install the package dataset-small";

        public Task<string> FetchAsync(
            IReadOnlyList<DataFile> files, string staging, Action<string>? progress, CancellationToken cancellation) =>
            throw new IOException("out of order");
    }

    /// <summary>Brings packed bytes as the first file.</summary>
    sealed class GivenSource(byte[] packed) : IDataSource
    {
        public string Name => "given";

        public async Task<string> FetchAsync(
            IReadOnlyList<DataFile> files, string staging, Action<string>? progress, CancellationToken cancellation)
        {
            await File.WriteAllBytesAsync(Path.Combine(staging, "first.gz"), packed, cancellation);
            return staging;
        }
    }

    /// <summary>Zeros, and how many were read.</summary>
    sealed class CountingStream(long length) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => length;

        public override long Position { get; set; }

        public override int Read(byte[] buffer, int offset, int count)
        {
            int read = (int)Math.Min(count, length - Position);
            buffer.AsSpan(offset, read).Clear();
            Position += read;
            return read;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
