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
        .. Both("book", 32),
        new("book", IsTraining: true, 128),
        new("mnist28", IsTraining: true, 128),
        .. Both("quick28", 128),
        .. Both("lenet", 128),
        .. Both("mobilenet", 16),
        .. Both("mobilenet-96", 32),
        .. Both("mobilenet-v2", 16),
        .. Both("squeezenet", 16),
        .. Both("resnet18", 16),
        .. Both("resnet18", 1),
        .. Both("resnet18-64", 32),
        .. Both("alexnet", 16),
        .. Both("vgg11", 8),
        new("book", IsTraining: false, 1),
    ];

    static IEnumerable<Workload> Both(string model, int batch) => [new(model, IsTraining: true, batch), new(model, IsTraining: false, batch)];

    /// <inheritdoc/>
    public override string ToString() => $"{Model}, {(IsTraining ? "training" : "inference")}, batch {Batch}";
}
