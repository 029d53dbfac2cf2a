using Nin.Kernels.Tests.Ptx;

namespace Nin.Benchmarks.Estimate;

/// <summary>
/// Which kernel of the library a module's text is: PTX names only its method, and most are called Kernel. Two compilations of a kernel differ by some
/// copies and the order of blocks, so the name is that of the nearest: of as many threads at most, and by how often each instruction occurs in it.
/// </summary>
sealed class KernelNames : IDisposable
{
    const string Threads = ".maxntid", Products = "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32";

    readonly PtxCompiler compiler = new();
    readonly List<(string Name, string Entry, string Threads, Dictionary<string, int> Instructions)> known = [];

    public KernelNames()
    {
        foreach (var method in LibraryKernels.All())
        {
            string text = compiler.Compile(method);
            known.Add((LaunchWatch.NameOf(method), Entry(text), ThreadsOf(text), Instructions(text)));
        }
    }

    public string Of(string text)
    {
        var instructions = Instructions(text);
        return known.Where(k => k.Entry == Entry(text) && k.Threads == ThreadsOf(text) && k.Instructions.ContainsKey(Products) == instructions.ContainsKey(Products))
            .MinBy(k => k.Instructions.Keys.Union(instructions.Keys).Sum(i => Math.Abs(k.Instructions.GetValueOrDefault(i) - instructions.GetValueOrDefault(i)))).Name;
    }

    public void Dispose() => compiler.Dispose();

    static string Entry(string text) => Lines(text).First().TrimEnd('(', ' ');

    static string ThreadsOf(string text) => Lines(text).FirstOrDefault(l => l.StartsWith(Threads, StringComparison.Ordinal)) ?? "";

    static Dictionary<string, int> Instructions(string text) => Lines(text)
        .Where(line => line.EndsWith(';') && !line.StartsWith('.'))
        .Select(line => line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
        .CountBy(words => words[0].StartsWith('@') ? words[1] : words[0])
        .ToDictionary();

    static string[] Lines(string text) => text[text.IndexOf(".visible .entry", StringComparison.Ordinal)..].Split('\n', StringSplitOptions.TrimEntries);
}
