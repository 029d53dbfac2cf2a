namespace Nin.Data;

/// <summary>Downloads the <c>.gz</c> files of a data set from its publisher.</summary>
/// <param name="address">The folder's address; ends with a slash.</param>
/// <param name="connectLimit">Time until the publisher's first answer.</param>
/// <param name="stallLimit">Time between two pieces of a file.</param>
sealed class PublisherDownload(Uri address, TimeSpan connectLimit, TimeSpan stallLimit)
{
    /// <summary>Writes each file as <c>name.gz</c> into <paramref name="folder"/>.</summary>
    /// <exception cref="IOException">The publisher did not answer in time, refused, or broke off.</exception>
    public async Task GetAsync(
        IReadOnlyList<DataFile> files, string folder, Action<string>? progress, CancellationToken cancellation)
    {
        using var handler = new SocketsHttpHandler { ConnectTimeout = connectLimit };
        using var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        foreach (DataFile file in files)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            try
            {
                await GetAsync(client, file, folder, progress, limit).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                throw new IOException(
                    $"{address.Host} did not answer within {connectLimit.TotalSeconds:0.#} s, "
                    + $"or sent nothing for {stallLimit.TotalSeconds:0.#} s");
            }
            catch (HttpRequestException e)
            {
                throw new IOException($"{address.Host}: {e.Message}", e);
            }
        }
    }

    async Task GetAsync(HttpClient client, DataFile file, string folder, Action<string>? progress, CancellationTokenSource limit)
    {
        // A proxy connects at once and may then wait for a host that is not there: the limit holds until the first answer.
        limit.CancelAfter(connectLimit);
        var uri = new Uri(address, file.Name + ".gz");
        using HttpResponseMessage response =
            await client.GetAsync(uri, HttpCompletionOption.ResponseHeadersRead, limit.Token).ConfigureAwait(false);
        response.EnsureSuccessStatusCode();
        string size = response.Content.Headers.ContentLength is { } length ? $" ({length / 1e6:0.00} MB)" : "";
        progress?.Invoke($"downloading {file.Name}.gz{size} from {address.Host}");

        await using Stream source = await response.Content.ReadAsStreamAsync(limit.Token).ConfigureAwait(false);
        await using var target = new FileStream(Path.Combine(folder, file.Name + ".gz"), FileMode.CreateNew);
        byte[] buffer = new byte[1 << 16];
        int read;
        do
        {
            limit.CancelAfter(stallLimit);
            read = await source.ReadAsync(buffer, limit.Token).ConfigureAwait(false);
            await target.WriteAsync(buffer.AsMemory(0, read), limit.Token).ConfigureAwait(false);
        }
        while (read > 0);
    }
}
