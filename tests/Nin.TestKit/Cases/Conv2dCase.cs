namespace Nin.TestKit;

/// <summary>A 2-D convolution: x <c>[Batch, Channels, Height, Width]</c>, w <c>[Filters, Channels / Groups, Kernel, Kernel]</c>.</summary>
public sealed record Conv2dCase(
    int Batch,
    int Channels,
    int Height,
    int Width,
    int Filters,
    int Kernel,
    int Stride = 1,
    int Padding = 0,
    int Dilation = 1,
    int Groups = 1)
{
    /// <summary>Output rows.</summary>
    public int OutHeight => Output(Height);

    /// <summary>Output columns.</summary>
    public int OutWidth => Output(Width);

    /// <summary>Input channels that one filter reads.</summary>
    public int GroupChannels => Channels / Groups;

    /// <summary>Filters of one group.</summary>
    public int GroupFilters => Filters / Groups;

    /// <summary>Elements of x.</summary>
    public int InputLength => Batch * Channels * Height * Width;

    /// <summary>Elements of w.</summary>
    public int WeightLength => Filters * GroupChannels * Kernel * Kernel;

    /// <summary>Elements of y.</summary>
    public int OutputLength => Batch * Filters * OutHeight * OutWidth;

    /// <summary>Multiply-adds of the forward pass, padding counted; each of the two gradients takes as many.</summary>
    public long Macs => (long)OutputLength * GroupChannels * Kernel * Kernel;

    // PyTorch, ConvUtils.h, conv_output_size.
    int Output(int input) => (input + 2 * Padding - (Dilation * (Kernel - 1) + 1)) / Stride + 1;
}
