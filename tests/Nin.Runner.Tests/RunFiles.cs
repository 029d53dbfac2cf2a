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
        foreach (string file in (string[])["model.safetensors", "checkpoint/model.safetensors", "checkpoint/optimizer.safetensors"])
            File.ReadAllBytes(Path.Combine(run, file)).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(other, file))).Should().BeTrue(file);
    }
}
