using System.Diagnostics;
using System.IO.Compression;
using System.Security.Cryptography;
using Nin.Data;
using Nin.App.Datasets;

namespace Nin.Runner.Tests;

public sealed class DebianMirrorTests : IDisposable
{
    static readonly byte[] First = [.. Enumerable.Range(0, 5000).Select(i => (byte)(i * i))];
    static readonly byte[] Second = [.. Enumerable.Range(0, 300).Select(i => (byte)(i * 7))];

    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [DpkgDebFact]
    public async Task A_package_is_unpacked_into_the_cache_with_private_lists()
    {
        Directory.CreateDirectory(folder["package/DEBIAN"]);
        File.WriteAllText(
            folder["package/DEBIAN/control"], "Package: dataset-small\nVersion: 1\nArchitecture: all\nMaintainer: x\nDescription: x\n");
        Pack("package/usr/share/datasets/small/first.gz", First);
        Pack("package/usr/share/datasets/small/second.gz", Second);
        string[] arguments = ["-b", folder["package"], folder["small.deb"]];
        using (Process build = Process.Start(new ProcessStartInfo("dpkg-deb", arguments) { RedirectStandardOutput = true })!)
            await build.WaitForExitAsync();
        string apt = Script($"echo \"$@\" >> {folder["calls"]}\nfor last; do :; done\n[ $last = update ] || cp {folder["small.deb"]} .");

        DataLocation location = await Search(apt).LocateAsync();

        location.Should().BeEquivalentTo(new { Path = folder["cache/small"], Source = "debian" });
        File.ReadAllBytes(folder["cache/small/first"]).Should().Equal(First);
        string[] calls = File.ReadAllLines(folder["calls"]);
        calls.Should().HaveCount(2).And.OnlyContain(call => call.Contains($"Dir::State::lists={folder["cache/small"]}.partial-"));
        calls[0].Should().EndWith("update");
        calls[1].Should().EndWith("download dataset-small");
        Directory.GetDirectories(folder["cache"]).Should().Equal(folder["cache/small"]);
    }

    [DpkgDebFact]
    public async Task What_apt_says_is_passed_on()
    {
        string apt = Script("echo 'E: Unable to locate package' >&2\nexit 100");

        (await FluentActions.Awaiting(() => Search(apt).LocateAsync()).Should().ThrowAsync<InvalidDataException>())
            .WithMessage("*debian: * ended with 100: E: Unable to locate package*");
    }

    [DpkgDebFact]
    public async Task Cancellation_stops_the_package_manager()
    {
        string apt = Script($"echo $$ > {folder["pid.partial"]}\nmv {folder["pid.partial"]} {folder["pid"]}\nsleep 60");
        using var cancellation = new CancellationTokenSource();
        Task<DataLocation> search = Search(apt).LocateAsync(cancellation: cancellation.Token);
        SpinWait.SpinUntil(() => File.Exists(folder["pid"]), TimeSpan.FromSeconds(30)).Should().BeTrue("the stand-in starts");

        cancellation.Cancel();

        await FluentActions.Awaiting(() => search).Should().ThrowAsync<OperationCanceledException>();
        string process = $"/proc/{File.ReadAllText(folder["pid"]).Trim()}";
        SpinWait.SpinUntil(() => !Directory.Exists(process), TimeSpan.FromSeconds(10)).Should().BeTrue("its processes are killed");
    }

    [DpkgDebFact]
    public async Task A_machine_without_apt_says_so() =>
        (await FluentActions.Awaiting(() => Search("no-such-apt-get").LocateAsync()).Should().ThrowAsync<InvalidDataException>())
            .WithMessage("*debian: no no-such-apt-get on this system*, or install the package dataset-small.");

    DataSearch Search(string apt) => new()
    {
        Name = "Small",
        Files = [new("first", First.Length, Hash(First)), new("second", Second.Length, Hash(Second))],
        CacheFolder = folder["cache/small"],
        Sources = [new DebianMirror("dataset-small", "/usr/share/datasets/small") { AptGet = apt }],
    };

    static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    void Pack(string name, byte[] bytes)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(folder[name])!);
        using var gzip = new GZipStream(File.Create(folder[name]), CompressionLevel.Fastest);
        gzip.Write(bytes);
    }

    string Script(string body)
    {
        string path = folder["apt-get"];
        File.WriteAllText(path, "#!/bin/sh\n" + body + "\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }
}
