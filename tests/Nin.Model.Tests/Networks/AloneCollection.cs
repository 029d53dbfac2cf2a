namespace Nin.Model.Tests.Networks;

/// <summary>Tests that count what the whole process allocates, while no other test runs.</summary>
[CollectionDefinition(nameof(AloneCollection), DisableParallelization = true)]
public sealed class AloneCollection;
