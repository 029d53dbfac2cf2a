using Nin.Data;
using Nin.Runner.Runs;

namespace Nin.Runner;

/// <summary>A network that ships with the runner. Nothing of it is loaded before it is asked for.</summary>
/// <param name="Id">What <c>--model</c> takes.</param>
/// <param name="Defaults">The settings that suit it where the user names no preset.</param>
/// <param name="Normalization">What it wants pixels to be, or null for 0 to 1.</param>
/// <param name="Architecture">Its layers.</param>
/// <param name="TrainingBytes">Bytes of its plan for training with a batch.</param>
/// <param name="InferenceBytes">Bytes of its plan for inference with a batch.</param>
/// <param name="Create">Makes it on a device, with a seed.</param>
sealed record ModelEntry(
    string Id,
    TrainSettings Defaults,
    Normalization? Normalization,
    Func<Architecture> Architecture,
    Func<int, long> TrainingBytes,
    Func<int, long> InferenceBytes,
    Func<Device, int, INetwork> Create)
{
    /// <inheritdoc/>
    public override string ToString() => Id;
}
