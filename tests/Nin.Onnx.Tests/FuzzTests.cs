using Nin.TestKit.Fuzzing;
using Xunit.Abstractions;

namespace Nin.Onnx.Tests;

/// <summary>ONNX files damaged in many ways: each becomes a declaration with weights, or is refused with one clear line, in little time and memory.</summary>
public sealed class FuzzTests(ITestOutputHelper output) : IDisposable
{
    const int Few = 1_000, Many = 100_000;

    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("nin-onnx");

    [Fact]
    public void What_is_damaged_was_sound_before()
    {
        string path = Path.Combine(folder.FullName, "good.onnx");
        foreach (byte[] good in FuzzedGraphs.Good(folder))
        {
            File.WriteAllBytes(path, good);
            OnnxImport.Read(path, "Net").Layers.Should().NotBeEmpty();
        }
    }

    [Fact]
    public void Damaged_bytes() => Run("damaged bytes", Few, new Mutator(FuzzedGraphs.Good(folder), ["Conv", "Reshape", "Concat", "axes", "pads", "\n"], seed: 9).Next);

    [LongFact]
    [Trait("Category", "Long")]
    public void Damaged_bytes_at_length() => Run("damaged bytes", Many, new Mutator(FuzzedGraphs.Good(folder), ["Conv", "Reshape", "Concat", "axes", "pads", "\n"], seed: 9).Next);

    [Fact]
    public void Damaged_graphs() => Run("damaged graphs", Few, new GraphMutator(FuzzedGraphs.Good(folder), seed: 10).Next);

    [LongFact]
    [Trait("Category", "Long")]
    public void Damaged_graphs_at_length() => Run("damaged graphs", Many, new GraphMutator(FuzzedGraphs.Good(folder), seed: 10).Next);

    public void Dispose() => folder.Delete(recursive: true);

    void Run(string damage, int files, Func<byte[]> next)
    {
        var figures = FuzzedGraphs.Rules(folder).Run(next, files);
        output.WriteLine(
            $"ONNX, {damage}: {figures.Files:N0} files, {figures.Refused:N0} refused, at most {figures.MostBytes:N0} bytes and {figures.Longest.TotalMilliseconds:N1} ms a file");
        figures.Refused.Should().BeGreaterThan(files / 4, "most damage is found").And.BeLessThan(files, "some is harmless");
    }
}
