using Nin.Kernels.Tests.Ptx;

namespace Nin.Benchmarks.Estimate;

/// <summary>Which kernel of the library a module's text is: PTX names only its method, and most are called Kernel.</summary>
sealed class KernelNames : IDisposable
{
    readonly PtxCompiler compiler = new();
    readonly Dictionary<string, string> names = [];

    public KernelNames()
    {
        foreach (var method in LibraryKernels.All()) names[Signature(compiler.Compile(method))] = $"{Short(method.DeclaringType!)}.{method.Name}";
    }

    public string Of(string text) => names.GetValueOrDefault(Signature(text), "a kernel of no name");

    public void Dispose() => compiler.Dispose();

    // Names and registers hold numbers that differ from run to run; the instructions are the same.
    static string Signature(string text) => string.Join(
        ' ', text[text.IndexOf(".visible .entry", StringComparison.Ordinal)..].Split('\n', StringSplitOptions.TrimEntries)
            .Where(line => line.EndsWith(';') && !line.StartsWith('.'))
            .Select(line => line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
            .Select(words => words[0].StartsWith('@') ? words[1] : words[0]));

    static string Short(Type type) => type.IsGenericType
        ? $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GetGenericArguments().Select(Short))}>"
        : type.Name;
}
