namespace Nin.PtxSimulator;

/// <summary>What a kernel did wrong, by the tool of NVIDIA's compute-sanitizer that finds it.</summary>
public enum FaultKind
{
    /// <summary>An access out of bounds or misaligned.</summary>
    Memcheck,

    /// <summary>A read of memory that nobody wrote.</summary>
    Initcheck,

    /// <summary>Two threads at one word of shared memory between two barriers, one of them writing.</summary>
    Racecheck,

    /// <summary>A barrier, or an instruction of a whole warp, that not all threads reach.</summary>
    Synccheck,
}

/// <summary>The first fault of a launch; the launch ends with it.</summary>
/// <param name="kind">What was wrong.</param>
/// <param name="message">The instruction, the thread and the address.</param>
public sealed class KernelFaultException(FaultKind kind, string message) : Exception($"{kind.ToString().ToLowerInvariant()}: {message}")
{
    /// <summary>What was wrong.</summary>
    public FaultKind Kind { get; } = kind;
}
