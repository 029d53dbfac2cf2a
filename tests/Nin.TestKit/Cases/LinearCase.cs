namespace Nin.TestKit;

/// <summary>A fully connected layer: x <c>[Batch, Inputs]</c>, w <c>[Outputs, Inputs]</c>, y <c>[Batch, Outputs]</c>.</summary>
public sealed record LinearCase(int Batch, int Inputs, int Outputs)
{
    /// <summary>Multiply-adds of the forward pass.</summary>
    public long Macs => (long)Batch * Inputs * Outputs;
}
