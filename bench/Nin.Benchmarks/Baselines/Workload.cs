namespace Nin.Benchmarks.Baselines;

/// <summary>What a baseline is asked to do again and again.</summary>
/// <param name="Model">Network.</param>
/// <param name="IsTraining">Forward, loss, backward and update of plain SGD; else inference.</param>
/// <param name="Batch">Examples.</param>
sealed record Workload(string Model, bool IsTraining, int Batch)
{
    /// <summary>Those of the table.</summary>
    public static IReadOnlyList<Workload> All { get; } =
    [
        new("book", IsTraining: true, 32),
        new("book", IsTraining: true, 128),
        new("mnist28", IsTraining: true, 128),
        new("mobilenet", IsTraining: true, 16),
        new("mobilenet", IsTraining: false, 16),
        new("lenet", IsTraining: true, 128),
        new("lenet", IsTraining: false, 128),
        new("resnet18", IsTraining: true, 16),
        new("resnet18", IsTraining: false, 16),
        new("alexnet", IsTraining: true, 16),
        new("alexnet", IsTraining: false, 16),
        new("vgg11", IsTraining: true, 8),
        new("vgg11", IsTraining: false, 8),
        new("book", IsTraining: false, 32),
        new("book", IsTraining: false, 1),
    ];

    /// <inheritdoc/>
    public override string ToString() => $"{Model}, {(IsTraining ? "training" : "inference")}, batch {Batch}";
}
