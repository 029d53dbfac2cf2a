using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Nin.Benchmarks.Baselines;
using Nin.Benchmarks.Peers;
using Nin.Benchmarks.Table;
using Nin.Data;
using Nin.Onnx;
using Nin.Runner.Models;
using Nin.Samples;
using SkiaSharp;

namespace Nin.Benchmarks.Service;

/// <summary>
/// How soon <c>samples/web-service</c>, published by Native AOT, answers the first picture after its process starts, beside how soon ONNX Runtime has a first result
/// of the same network in a console program, which neither serves nor decodes; and the first result of <c>book</c> in a console program on both sides, by Native AOT and
/// compiled while it runs.
/// </summary>
sealed class FirstRequest : IDisposable
{
    const string Program = "WebService";

    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("nin-service-");
    readonly HttpClient client = new();

    string Published => Path.Combine(folder.FullName, "published");

    // The ways that one program is published in.
    static readonly (string Name, string[] Properties)[] WaysToPublish =
        [("Native AOT", []), ("ReadyToRun", [WithoutAot, "-p:PublishReadyToRun=true"]), ("nothing compiled", [WithoutAot])];

    const string WithoutAot = "-p:PublishAot=false";

    string BookOnnx => Path.Combine(folder.FullName, "book.onnx");

    string Weights => Path.Combine(folder.FullName, "model.safetensors");

    string Onnx => Path.Combine(folder.FullName, "model.onnx");

    /// <summary>Measures and prints it as Markdown.</summary>
    public static void Print(Options options)
    {
        Machine.Print();
        using var measuring = new FirstRequest();
        measuring.Run(options);
    }

    public void Dispose()
    {
        client.Dispose();
        folder.Delete(recursive: true);
    }

    void Run(Options options)
    {
        Save();
        if (Publish("samples/web-service", Published, []) is { } problem)
        {
            Console.WriteLine(problem);
            return;
        }

        var peer = Field.OnnxRuntime();
        Console.WriteLine($"| ms from the start of the process, median of {options.Rounds} (range) | Nin | ONNX Runtime's first result | ratio |");
        Console.WriteLine("|---|---|---|---|");
        Row("the service's answer to its first picture, by Native AOT", options.Rounds, Answer, peer, Onnx);
        foreach (var (way, (name, properties)) in WaysToPublish.Index())
        {
            string book = Path.Combine(folder.FullName, $"book{way}"), program = Path.Combine(book, "FirstResult");
            if (Publish("bench/FirstResult", book, properties) is { } refused)
            {
                Console.WriteLine(refused);
                return;
            }

            RowOfBook(name, program);
            if (properties.Contains(WithoutAot)) RowOfBook($"{name} and a startup profile", program, book);
        }

        Console.WriteLine();
        Console.WriteLine("Published: " + string.Join(", ", Files().Select(f => $"{f.Name} {f.Length / 1e6:0.0} MB")));

        void RowOfBook(string how, params string[] command) =>
            Row($"`book`, first result at batch 1, with {how}", options.Rounds, () => Result(command, new Dictionary<string, string>()), peer, BookOnnx);
    }

    static void Row(string what, int rounds, Func<double> measure, Baseline peer, string onnx)
    {
        var (mine, theirs, ratio) = (new List<double>(), new List<double>(), new List<double>());
        // The first round fills the system's file cache and this program's code.
        for (int round = 0; round <= rounds; round++)
        {
            double own = measure();
            double other = peer.Unavailable is null ? Result([.. peer.Command, "infer", onnx, "1", "0.01"], peer.Variables) : double.NaN;
            if (round == 0) continue;
            mine.Add(own);
            theirs.Add(other);
            ratio.Add(own / other);
        }

        Console.WriteLine($"| {what} | {Text(mine, "0")} | {(peer.Unavailable ?? Text(theirs, "0"))} | {Text(ratio, "0.00")} |");
    }

    static string Text(List<double> values, string format)
    {
        var s = Spread.Of(values);
        return $"{s.Median.ToString(format, CultureInfo.InvariantCulture)} ({s.Low.ToString(format, CultureInfo.InvariantCulture)}-{s.High.ToString(format, CultureInfo.InvariantCulture)})";
    }

    // Symbols for a debugger are not deployed.
    IEnumerable<FileInfo> Files() =>
        new DirectoryInfo(Published).EnumerateFiles("*", SearchOption.AllDirectories).Where(f => f.Extension != ".dbg" && f.Length > 100_000).OrderByDescending(f => f.Length);

    void Save()
    {
        using var device = Device.Open("cpu");
        using var network = new EmojiNet(device, seed: 0);
        string[] names = [.. Enumerable.Range(0, EmojiNet.Architecture.Output.Channels).Select(k => $"kind {k}")];
        network.Save(Weights, new Preprocessing(names, 3, 64, 64, ResizeRule.CenterCrop, null));
        OnnxExport.Save(network, Onnx);
        using var book = new BookNin(device, seed: 0);
        OnnxExport.Save(book, BookOnnx);
    }

    // Why it could not be published, or null.
    static string? Publish(string project, string to, string[] properties)
    {
        Console.Error.WriteLine($"Publishing {project} {string.Join(' ', properties)}; it takes a minute.");
        string last = "no message";
        var end = ChildProcess.Run(
            ["dotnet", "publish", "-c", "Release", "-r", RuntimeInformation.RuntimeIdentifier, "--nologo", "-v", "quiet", "-o", to, .. properties, Path.Combine(Repository.Root, project)],
            new Dictionary<string, string>(), line => last = line);
        return end.ExitCode == 0 ? null : $"{project} could not be published: {last}";
    }

    double Answer()
    {
        int port = FreePort();
        var address = new Uri($"http://127.0.0.1:{port}/classify");
        long start = Stopwatch.GetTimestamp();
        using var process = Process.Start(new ProcessStartInfo(
            Path.Combine(Published, Program), ["--weights", Weights, "--urls", address.GetLeftPart(UriPartial.Authority)])
        {
            WorkingDirectory = Published, RedirectStandardOutput = true,
        })!;
        try
        {
            while (true)
            {
                if (process.HasExited) throw new ArgumentException($"The service ended with exit code {process.ExitCode}.");
                try
                {
                    using var form = new MultipartFormDataContent { { new ByteArrayContent(Picture), "f", "picture.png" } };
                    using var answer = client.PostAsync(address, form).GetAwaiter().GetResult();
                    answer.EnsureSuccessStatusCode();
                    answer.Content.ReadAsStringAsync().GetAwaiter().GetResult();
                    return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
                }
                catch (HttpRequestException refused) when (refused.HttpRequestError == HttpRequestError.ConnectionError)
                {
                    Thread.Sleep(1);
                }
            }
        }
        finally
        {
            process.Kill();
            process.WaitForExit();
        }
    }

    static double Result(string[] command, IReadOnlyDictionary<string, string> variables)
    {
        long start = Stopwatch.GetTimestamp();
        double first = double.NaN;
        ChildProcess.Run(command, variables, line =>
        {
            if (line == Measurement.First) first = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        });
        return double.IsNaN(first) ? throw new ArgumentException($"{command[0]} ended without a result.") : first;
    }

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    static byte[] Picture { get; } = Draw();

    static byte[] Draw()
    {
        using var bitmap = new SKBitmap(100, 80);
        bitmap.Erase(SKColors.Tomato);
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }
}
