namespace Nin.TestKit;

/// <summary>Channels over which a normalisation, or any op on <c>[Batch, Channels, Height, Width]</c>, works.</summary>
public sealed record Norm2dCase(int Batch, int Channels, int Height, int Width)
{
    /// <summary>Pixels of one plane.</summary>
    public int Plane => Height * Width;

    /// <summary>Values of one channel: the n of its mean.</summary>
    public int Count => Batch * Plane;

    /// <summary>Elements of x.</summary>
    public int Length => Batch * Channels * Plane;

    /// <summary>Multiply-adds of the forward pass, about.</summary>
    public long Macs => 4L * Length;
}
