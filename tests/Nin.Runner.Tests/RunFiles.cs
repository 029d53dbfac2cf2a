namespace Nin.Runner.Tests;

/// <summary>The parts of a run folder that two equal runs share to the bit.</summary>
static class RunFiles
{
    const int SpeedColumn = 5;

    /// <summary><c>metrics.csv</c> without the column of speeds.</summary>
    public static string[] Metrics(string run) =>
        [.. File.ReadLines(Path.Combine(run, "metrics.csv")).Select(row => string.Join(',', row.Split(',').Where((_, i) => i != SpeedColumn)))];

    public static void ShouldBeTheSame(string run, string other)
    {
        Metrics(run).Should().Equal(Metrics(other));
        ShouldBeTheSame(Path.Combine(run, "model.safetensors"), Path.Combine(other, "model.safetensors"), "the weights");
        foreach (string file in (string[])["model.safetensors", "optimizer.safetensors", "state.json"])
            ShouldBeTheSame(Path.Combine(NewestCheckpoint(run), file), Path.Combine(NewestCheckpoint(other), file), file);
    }

    public static string NewestCheckpoint(string run) => Directory.GetDirectories(Path.Combine(run, "checkpoint")).Max()!;

    static void ShouldBeTheSame(string file, string other, string what) =>
        File.ReadAllBytes(file).AsSpan().SequenceEqual(File.ReadAllBytes(other)).Should().BeTrue(what);
}
