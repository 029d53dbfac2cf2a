namespace Nin.Runner.Tests;

/// <summary>A small run to the end that tests look into and do not change.</summary>
public sealed class TrainedRun : IDisposable
{
    /// <summary>What the run was started with, but for <c>--out</c>.</summary>
    internal static string[] Arguments { get; } =
        ["train", "--dataset", "synthetic", "--limit", "96", "--batch", "16", "--epochs", "2", "--seed", "3", "--device", "cpu", "--threads", "2", "--json"];

    readonly TemporaryFolder folder = new();

    public TrainedRun()
    {
        Outcome = NinProcess.Run([.. Arguments, "--out", Folder]).Succeeded();
    }

    internal NinOutcome Outcome { get; }

    public string Folder => folder["run"];

    public string Weights => Path.Combine(Folder, "model.safetensors");

    public void Dispose() => folder.Dispose();
}
