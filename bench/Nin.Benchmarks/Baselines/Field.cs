using System.Reflection;
using Nin.Onnx;

namespace Nin.Benchmarks.Baselines;

/// <summary>Who is measured: Nin and what a .NET user would otherwise use.</summary>
static class Field
{
    static readonly Dictionary<string, string> NoVariables = [];
    static readonly HashSet<string> Written = [];

    // Told to keep its memory, the allocator spares libtorch the page faults of each large tensor.
    static readonly Dictionary<string, string> KeepMemory = new()
    {
        ["GLIBC_TUNABLES"] = "glibc.malloc.mmap_threshold=4294967296:glibc.malloc.trim_threshold=8589934592",
    };

    /// <summary>Nin first, then its peers, which are built here. One that does not build is listed with its reason.</summary>
    public static IReadOnlyList<Baseline> Assemble(Options options)
    {
        string[] launcher = options.TorchLauncher.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var torch = Build("TorchSharp");
        var torchRun = new Baseline("TorchSharp as it comes", [.. launcher, "dotnet", torch.Assembly], NoVariables)
        {
            LauncherAlone = launcher.Length > 0 ? [.. launcher, "true"] : [],
            Unavailable = torch.Problem,
        };
        var tuned = torchRun with { Name = "TorchSharp tuned", Variables = KeepMemory };
        var channelsLast = tuned with { Name = "TorchSharp tuned, channels last", Arguments = ["channels-last"] };
        Baseline[] all = [Nin, tuned, channelsLast, torchRun, OnnxRuntime()];
        return [.. all.Select(c => IsLeftOut(c) ? c with { Unavailable = $"left out by --skip {options.Skip}" } : c)];

        bool IsLeftOut(Baseline c) => options.Skip.Length > 0 && c != Nin && c.Name.Contains(options.Skip, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>This program.</summary>
    public static Baseline Nin { get; } =
        new("Nin", ["dotnet", Assembly.GetExecutingAssembly().Location, NinProcess.Command], NoVariables);

    /// <summary>ONNX Runtime, with networks in files of its own format.</summary>
    public static Baseline OnnxRuntime()
    {
        var peer = Build("OnnxRuntime");
        return new Baseline("ONNX Runtime", ["dotnet", peer.Assembly], NoVariables)
        {
            ModelFile = WriteTemporary,
            Unavailable = peer.Problem,
        };
    }

    // Nin's own export of a fresh network, among the system's temporary files; once a run.
    static string WriteTemporary(string model)
    {
        string path = Path.Combine(Path.GetTempPath(), $"nin-benchmarks-{model}.onnx");
        if (!Written.Add(model)) return path;
        using var device = Device.Open("cpu");
        using var network = Networks.Create(model, device);
        OnnxExport.Save(network, path);
        return path;
    }

    // Its packages are large (libtorch: hundreds of megabytes), so that peers are not part of the solution.
    static (string Assembly, string? Problem) Build(string name)
    {
        string folder = Path.Combine(Repository.Root, "bench", "Peers", name), assembly = $"{name}Peer.dll";
        Console.Error.WriteLine($"Building bench/Peers/{name}; the first time downloads its packages.");
        string last = "";
        var end = ChildProcess.Run(["dotnet", "build", "-c", "Release", "--nologo", "-v", "quiet", folder], NoVariables, line =>
        {
            if (line.Contains("error", StringComparison.Ordinal) && last.Length == 0) last = line;
        });
        return (Path.Combine(folder, "bin", "Release", "net10.0", assembly), end.ExitCode == 0 ? null : $"does not build: {last}");
    }
}
