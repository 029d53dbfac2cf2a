using System.Diagnostics;
using SkiaSharp;

namespace Nin.Distributed.Tests;

/// <summary>Two real processes that were not started alike end before the first step, with one line that names the rank and what differs.</summary>
public sealed class DisagreementTests : IDisposable
{
    static readonly string[] Settings =
        ["train", "--distributed", "--model", "mnist28", "--dataset", "synthetic", "--limit", "64", "--batch", "32", "--epochs", "1", "--device", "cpu", "--threads", "1"];

    readonly string folder = Directory.CreateTempSubdirectory("nin-disagree").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [MpiFact]
    public void In_an_option() => Disagree([.. Settings, "--lr", "0.1"], [.. Settings, "--lr", "0.2"], "learningRate is '0.2' there and '0.1' here");

    [MpiFact]
    public void In_the_network() => Disagree([.. Settings], Replace(Settings, "mnist28", "quick28"), "network is 'Quick28' there and 'Mnist28' here");

    [MpiFact]
    public void In_batch_normalisation() =>
        Disagree(
            Replace(Settings, "mnist28", "quick28"), [.. Replace(Settings, "mnist28", "quick28"), "--sync-batchnorm"],
            "synchronised batch normalisation is 'True' there and 'False' here");

    [MpiFact]
    public void In_one_pixel_of_the_data()
    {
        foreach (string name in new[] { "a", "b" })
        {
            for (int i = 0; i < 40; i++) Image(Path.Combine(folder, name, $"class{i % 10}", $"{i}.png"), level: name == "b" && i % 4 == 1 ? 18 : i);
        }

        string[] With(string name) => [.. Replace(Settings, "mnist28", "quick28").Where(s => s is not ("--dataset" or "synthetic" or "--limit" or "64")), "--data", Path.Combine(folder, name)];
        Disagree(With("a"), With("b"), "trainingHash is '");
    }

    [MpiFact]
    public void In_the_build_of_the_library()
    {
        string other = Path.Combine(folder, "other");
        Directory.CreateDirectory(other);
        foreach (string file in Directory.EnumerateFiles(AppContext.BaseDirectory, "*.dll").Concat(Directory.EnumerateFiles(AppContext.BaseDirectory, "nin.*.json")))
            File.Copy(file, Path.Combine(other, Path.GetFileName(file)));
        foreach (string natives in Directory.EnumerateDirectories(AppContext.BaseDirectory, "runtimes")) Directory.CreateSymbolicLink(Path.Combine(other, "runtimes"), natives);
        // The compiler's mark of what it compiled, as another build of the same version has it.
        string library = Path.Combine(other, "Nin.Kernels.dll");
        byte[] bytes = File.ReadAllBytes(library);
        byte[] build = typeof(Device).Module.ModuleVersionId.ToByteArray();
        int at = bytes.AsSpan().IndexOf(build);
        at.Should().BePositive();
        bytes[at] ^= 0xff;
        File.WriteAllBytes(library, bytes);

        Disagree(Settings, Settings, "build of Nin is '", Path.Combine(other, "nin.dll"));
    }

    void Disagree(string[] first, string[] second, string what, string? otherProgram = null)
    {
        var clock = Stopwatch.StartNew();
        using var run = MpiRun.StartEach([MpiRun.Tool, .. first, "--out", Path.Combine(folder, "run")], [otherProgram ?? MpiRun.Tool, .. second, "--out", Path.Combine(folder, "run")]);
        run.Finish().Should().NotBe(0);

        clock.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(40));
        string line = run.Output.Split('\n').Should().ContainSingle(l => l.StartsWith("nin: rank", StringComparison.Ordinal), run.Output).Subject;
        line.Should().StartWith("nin: rank 0 of 2: Rank 1 disagrees with rank 0: ").And.Contain(what).And.EndWith("Start all ranks with the same program, data and options.");
    }

    static string[] Replace(string[] all, string one, string other) => [.. all.Select(s => s == one ? other : s)];

    static void Image(string file, int level)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        using var bitmap = new SKBitmap(28, 28, SKColorType.Gray8, SKAlphaType.Opaque);
        bitmap.Erase(new SKColor((byte)level, (byte)level, (byte)level));
        using var stream = File.Create(file);
        bitmap.Encode(stream, SKEncodedImageFormat.Png, quality: 100);
    }
}
