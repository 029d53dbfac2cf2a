namespace Nin;

/// <summary>Weights of a network in a file.</summary>
public static class Checkpoint
{
    /// <summary>Reads a network's parameters and buffers.</summary>
    public static void Load(INetwork network, string path) => throw new NotSupportedException("Weights cannot be read yet.");
}
