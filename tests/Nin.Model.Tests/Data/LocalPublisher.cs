using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Nin.Model.Tests.Data;

/// <summary>
/// A web server on this machine that serves given bytes by file name, or accepts connections and says nothing. It names the bytes' length,
/// unless <see cref="IsEndless"/>: then it sends them over and over until the client has enough.
/// </summary>
sealed class LocalPublisher : IDisposable
{
    readonly TcpListener listener = new(IPAddress.Loopback, 0);
    readonly IReadOnlyDictionary<string, byte[]>? files;
    readonly List<TcpClient> open = [];

    public LocalPublisher(IReadOnlyDictionary<string, byte[]>? files)
    {
        this.files = files;
        listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/");
        _ = ServeAsync();
    }

    public Uri Address { get; }

    public bool IsEndless { get; init; }

    public void Dispose()
    {
        listener.Stop();
        foreach (TcpClient client in open)
            client.Dispose();
    }

    async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                TcpClient client = await listener.AcceptTcpClientAsync();
                open.Add(client);
                if (files is not null)
                    _ = AnswerAsync(client, files);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
        }
    }

    async Task AnswerAsync(TcpClient client, IReadOnlyDictionary<string, byte[]> files)
    {
        NetworkStream stream = client.GetStream();
        using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
        string name = (await reader.ReadLineAsync())!.Split(' ')[1].TrimStart('/');
        while (await reader.ReadLineAsync() is { Length: > 0 })
        {
        }

        bool known = files.TryGetValue(name, out byte[]? body);
        string status = known ? "200 OK" : "404 Not Found";
        string length = IsEndless ? "" : $"Content-Length: {body?.Length ?? 0}\r\n";
        string head = $"HTTP/1.1 {status}\r\n{length}Connection: close\r\n\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head));
        try
        {
            do await stream.WriteAsync(body ?? []);
            while (IsEndless);
        }
        catch (IOException)
        {
            // The client has hung up.
        }

        client.Dispose();
    }
}
