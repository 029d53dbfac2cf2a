[assembly: CollectionBehavior(DisableTestParallelization = true)] // The simulated device already uses all cores, and a fault is the whole process's.

namespace Nin.Cuda.Tests;

/// <summary>A fact that needs the simulated driver; skipped with the reason where it could not be built.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SimulatedFactAttribute : FactAttribute
{
    public SimulatedFactAttribute() => Skip = SimulatedDriver.Missing;
}

/// <summary>The same for a theory.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SimulatedTheoryAttribute : TheoryAttribute
{
    public SimulatedTheoryAttribute() => Skip = SimulatedDriver.Missing;
}
