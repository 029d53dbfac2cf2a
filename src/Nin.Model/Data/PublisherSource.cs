namespace Nin.Data;

/// <summary>Downloads the <c>.gz</c> files of a data set from its publisher, each no longer than its unpacked length allows.</summary>
/// <param name="address">The folder's address; ends with a slash.</param>
public sealed class PublisherSource(Uri address) : IDataSource
{
    /// <inheritdoc/>
    public string Name => "publisher";

    /// <summary>How long to wait for the publisher's first answer before the search continues.</summary>
    public TimeSpan ConnectLimit { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long to wait between two pieces of a file.</summary>
    public TimeSpan StallLimit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Writes each file as <c>name.gz</c> into the folder.</summary>
    /// <inheritdoc/>
    /// <exception cref="IOException">The publisher did not answer in time, refused, broke off, or sent too much.</exception>
    public async Task<string> FetchAsync(
        IReadOnlyList<DataFile> files, string staging, Action<string>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(files);
        using var handler = new SocketsHttpHandler { ConnectTimeout = ConnectLimit };
        using var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        foreach (DataFile file in files)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            try
            {
                await GetAsync(client, file, staging, progress, limit).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                throw new IOException(
                    $"{address.Host} did not answer within {ConnectLimit.TotalSeconds:0.#} s, "
                    + $"or sent nothing for {StallLimit.TotalSeconds:0.#} s");
            }
            catch (HttpRequestException e)
            {
                throw new IOException($"{address.Host}: {e.Message}", e);
            }
        }

        return staging;
    }

    // Deflate stores what it cannot shrink, with 5 bytes for each 16 KiB or more; the rest is for the header of gzip, which has a file name.
    static long LongestPacked(long unpacked) => unpacked + unpacked / 1000 + 4096;

    async Task GetAsync(HttpClient client, DataFile file, string folder, Action<string>? progress, CancellationTokenSource limit)
    {
        // A proxy connects at once and may then wait for a host that is down: the limit lasts until the first answer.
        limit.CancelAfter(ConnectLimit);
        var uri = new Uri(address, Uri.EscapeDataString(file.Name + ".gz"));
        using HttpResponseMessage response =
            await client.GetAsync(uri, HttpCompletionOption.ResponseHeadersRead, limit.Token).ConfigureAwait(false);
        response.EnsureSuccessStatusCode();
        long most = LongestPacked(file.Length);
        long? named = response.Content.Headers.ContentLength;
        if (named > most)
            throw TooLong(file, most);
        string size = named is { } length ? $" ({length / 1e6:0.00} MB)" : "";
        progress?.Invoke($"downloading {file.Name}.gz{size} from {address.Host}");

        await using Stream source = await response.Content.ReadAsStreamAsync(limit.Token).ConfigureAwait(false);
        await using var target = new FileStream(Path.Combine(folder, file.Name + ".gz"), FileMode.CreateNew);
        byte[] buffer = new byte[1 << 16];
        long done = 0;
        int read;
        do
        {
            limit.CancelAfter(StallLimit);
            read = await source.ReadAsync(buffer, limit.Token).ConfigureAwait(false);
            done += read;
            if (done > most)
                throw TooLong(file, most);
            await target.WriteAsync(buffer.AsMemory(0, read), limit.Token).ConfigureAwait(false);
        }
        while (read > 0);
    }

    IOException TooLong(DataFile file, long most) =>
        new($"{address.Host} sends more than {most:N0} bytes for {file.Name}.gz, which has {file.Length:N0} bytes when unpacked");
}
