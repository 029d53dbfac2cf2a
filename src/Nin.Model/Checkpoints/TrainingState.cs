namespace Nin.Checkpoints;

/// <summary>Where a training run stands, beside its weights and its optimiser.</summary>
/// <param name="Epoch">Epochs done.</param>
/// <param name="Seed">Seed of order and augmentation.</param>
public sealed record TrainingState(int Epoch, int Seed)
{
    /// <summary>What whoever trains wants to find again: the options of the run.</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = new Dictionary<string, string>();
}
