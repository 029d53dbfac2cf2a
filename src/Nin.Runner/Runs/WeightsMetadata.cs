namespace Nin.Runner.Runs;

/// <summary>What the runner adds to a weights file's metadata.</summary>
static class WeightsMetadata
{
    /// <summary>The images that the weights learnt from.</summary>
    public const string Dataset = "dataset";
}
