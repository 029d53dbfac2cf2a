using System.Diagnostics;
using System.Text.Json;
using Microsoft.CodeAnalysis;
using Nin.App;
using Nin.Runner.Models;
using Nin.Runner.Studies;
using Xunit.Abstractions;

namespace Nin.Docs.Tests;

/// <summary>
/// The commands of the pages run, one after another in a folder of their own, with less to do: an epoch, few images, synthetic ones in the place of a
/// download. What still takes long is parsed, and what is not Nin's is named with the reason.
/// </summary>
public sealed class CommandTests(ITestOutputHelper output) : IDisposable
{
    const string Translation = "README.zh-CN.md";

    // The device that starts at once: what is tested here are the commands.
    const string Device = "cpu";

    // Parsed as the tool would, and not run.
    static readonly Dictionary<string, string> TooLong = new()
    {
        ["doctor"] = "takes half a minute, and DoctorTests run it",
        ["experiment"] = "takes minutes to days, and ExperimentTests run small ones",
        ["data"] = "may fetch a data set, and ListingTests run it",
    };

    // Neither the tool nor a program of the page.
    static readonly Dictionary<string, string> Others = new()
    {
        ["dotnet test"] = "this is it",
        ["dotnet build"] = "CI runs it",
        ["dotnet new"] = "the SDK's own, or PackageTests'",
        ["dotnet add"] = "needs a feed that has the packages",
        ["dotnet pack"] = "PackageTests run it",
        ["dotnet tool"] = "needs a feed that has the tool, or fetches one",
        ["dotnet docfx"] = "fetched by `dotnet tool restore`; docs/site/README.md says how it is looked at",
        ["dotnet publish"] = "takes minutes; the sample's test does it",
        ["service/WebService"] = "a program that `dotnet publish` made; the sample's test starts it",
        ["dotnet counters"] = "a tool of .NET's own",
        ["dotnet run -c Release --project bench/"] = "measures for minutes",
        ["dotnet run -c Release --project samples/"] = "the samples have tests of their own",
        ["dotnet run docs/pictures/"] = "draws a picture of these pages with the SDK's compiler",
        ["NIN_LONG=1 dotnet test"] = "takes minutes",
        ["bench/gpu/"] = "measures a device",
        ["bash docs/pictures/"] = "draws the pictures of these pages after some minutes of training",
        ["node samples/"] = "fetches pictures",
        ["bash samples/"] = "the samples have tests of their own",
        ["git clone"] = "needs the network",
        ["cd "] = "the shell's",
        ["curl "] = "asks the service that the page shows",
        ["mpirun "] = "Nin.Distributed.Tests run it",
        ["sbatch "] = "needs a cluster",
        ["tensorboard "] = "a program of Python's",
        ["apt-get "] = "the system's",
        ["POCL_EXTRA_BUILD_FLAGS=-w nin doctor"] = "takes half a minute, and DoctorTests run it",
    };

    static readonly NinApp Shipped = App();

    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("nin-docs-");

    public static TheoryData<string> Pages => [.. Page.All.Where(p => Command.Of(p).Any()).Select(p => p.Path)];

    public void Dispose() => folder.Delete(recursive: true);

    [Theory, MemberData(nameof(Pages))]
    public void The_commands_of_the_page_run(string path)
    {
        var page = Page.At(path);
        if (path == Translation)
        {
            Command.Of(page).Select(c => c.Text).Should().Equal(Command.Of(Page.At("README.md")).Select(c => c.Text), "they run as README.md's");
            return;
        }

        var program = new Lazy<string>(() => Build(page));
        Pictures.Write(folder.FullName);
        foreach (var command in Command.Of(page))
        {
            string where = $"{path}({command.Line}): {command.Text}";
            if (command.ForTool is { } tool)
            {
                string verb = tool[0].TrimStart('-');
                if (TooLong.TryGetValue(verb, out string? reason)) NoteParsed(where, reason, tool);
                else Run(where, Path.Combine(AppContext.BaseDirectory, "nin.dll"), Less(tool));
            }
            else if (command.ForOwnProgram is { } own)
            {
                Run(where, program.Value, Less(own));
            }
            else
            {
                var (_, why) = Others.FirstOrDefault(o => command.Text.StartsWith(o.Key, StringComparison.Ordinal));
                why.Should().NotBeNull($"{where} must be run, or the reason given why not");
                output.WriteLine($"{where}: not run: {why}");
            }
        }
    }

    /// <summary>The same command with less to do.</summary>
    static string[] Less(string[] arguments)
    {
        List<string> less = [.. arguments];
        void Set(string option, string value)
        {
            int at = less.IndexOf(option);
            if (at >= 0) less[at + 1] = value;
            else less.AddRange([option, value]);
        }

        string verb = arguments[0];
        bool isResumed = less.Contains("--resume"), isFolder = less.Contains("--data");
        if (verb is "train" or "lr-find" && !isResumed && !isFolder)
        {
            Set("--dataset", "synthetic");
            Set("--limit", less.Contains("book") ? "32" : "128");
        }

        if (verb == "train" && !isResumed) Set("--epochs", "1");
        if (verb == "lr-find") Set("--steps", "10");
        if (verb == "bench") Set("--steps", "2");
        if (verb is "train" or "eval" or "predict" or "explain" or "lr-find" && !less.Contains("--device")) Set("--device", Device);
        return [.. less];
    }

    /// <summary>The page's program: its first file with statements.</summary>
    static string Build(Page page)
    {
        var file = page.Blocks.First(b => b is { Kind: "csharp", IsFile: true } && b.Code.Contains("NinApp.RunAsync"));
        string path = Beside("." + Path.GetFileNameWithoutExtension(page.Path).ToLowerInvariant() + ".dll");
        var result = PageCompiler.OfFile(page, file, Path.GetFileNameWithoutExtension(path)).Emit(path);
        result.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error).Should().BeEmpty();
        return path;
    }

    static string Beside(string extension) => Path.Combine(AppContext.BaseDirectory, "Nin.Docs.Tests" + extension);

    static NinApp App()
    {
        var app = new NinApp();
        ShippedModels.AddTo(app);
        ShippedStudies.AddTo(app);
        return app;
    }

    void NoteParsed(string where, string reason, string[] arguments)
    {
        UsageError.Of(CommandLine.Create("", Shipped.Models, Shipped.Studies).Parse(arguments)).Should().BeNull(where);
        output.WriteLine($"{where}: parsed, not run: it {reason}");
    }

    // With what this test runs with: programs beside it have no other copy of what they need.
    void Run(string where, string program, string[] arguments)
    {
        var clock = Stopwatch.StartNew();
        string[] host = ["--depsfile", Beside(".deps.json"), "--runtimeconfig", Beside(".runtimeconfig.json")];
        var start = new ProcessStartInfo("dotnet", ["exec", .. host, program, .. arguments.SelectMany(Expand)])
        {
            WorkingDirectory = folder.FullName, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.Environment["XDG_CACHE_HOME"] = Path.Combine(folder.FullName, "cache");
        start.Environment.Remove("NIN_DATA");
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        string said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.Should().Be(0, $"{where} says: {error.Result}{said}");
        if (arguments.Contains("--json") && arguments[0] != "train") JsonDocument.Parse(said).Dispose();
        output.WriteLine($"{where}: {string.Join(' ', arguments)}: {clock.Elapsed.TotalSeconds:F1} s");
    }

    // What a shell makes of runs/*.
    IEnumerable<string> Expand(string word) => word.EndsWith("/*", StringComparison.Ordinal)
        ? Directory.GetFileSystemEntries(Path.Combine(folder.FullName, word[..^2])).Order(StringComparer.Ordinal)
        : [word];
}
