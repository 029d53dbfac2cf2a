namespace Nin.TestKit;

/// <summary>
/// Two 1x1 convolutions with a ReLU between them: x <c>[Batch, Channels, Height, Width]</c>, w1 <c>[Hidden, Channels]</c>, w2 <c>[Filters, Hidden]</c>.
/// </summary>
public sealed record PointwiseMlpCase(int Batch, int Channels, int Hidden, int Filters, int Height, int Width)
{
    /// <summary>The first convolution alone.</summary>
    public Conv2dCase First => new(Batch, Channels, Height, Width, Hidden, 1);

    /// <summary>The second convolution alone.</summary>
    public Conv2dCase Second => new(Batch, Hidden, Height, Width, Filters, 1);

    /// <summary>Multiply-adds of the forward pass.</summary>
    public long Macs => First.Macs + Second.Macs;
}
