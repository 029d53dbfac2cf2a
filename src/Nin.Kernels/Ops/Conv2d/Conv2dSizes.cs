using Nin.Shapes.Sizes;

namespace Nin.Ops;

/// <summary>
/// The sizes of a 2-D convolution over one example: input <c>[height, width, channels]</c>, weights
/// <c>[kernelHeight, kernelWidth, channels / groups, filters]</c>, output <c>[OutHeight, OutWidth, filters]</c>, channels last in memory.
/// They are checked when they are constructed, so that every op may trust them.
/// </summary>
public readonly record struct Conv2dSizes
{
    /// <param name="Channels">Input channels.</param>
    /// <param name="Height">Input rows.</param>
    /// <param name="Width">Input columns.</param>
    /// <param name="Filters">Output channels.</param>
    /// <param name="Window">The window and how it slides.</param>
    /// <param name="Groups">Groups of channels that are connected only to each other; divides both channel counts.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is out of its range; the message names it.</exception>
    /// <exception cref="ArgumentException">Groups do not divide the channels, no window fits, or a tensor has more elements than an index can count.</exception>
    public Conv2dSizes(int Channels, int Height, int Width, int Filters, Window2d Window, int Groups = LayerDefaults.Groups)
    {
        AtLeast(1, Channels, nameof(Channels));
        AtLeast(1, Height, nameof(Height));
        AtLeast(1, Width, nameof(Width));
        AtLeast(1, Filters, nameof(Filters));
        AtLeast(1, Groups, nameof(Groups));
        Window.Check();
        if (Channels % Groups != 0 || Filters % Groups != 0)
            throw new ArgumentException($"Groups = {Groups} must divide the {Channels} channels and the {Filters} filters.", nameof(Groups));
        (this.Channels, this.Height, this.Width, this.Filters, this.Window, this.Groups) = (Channels, Height, Width, Filters, Window, Groups);
        if (Window.Rows.Output(Height) < 1 || Window.Columns.Output(Width) < 1)
            throw new ArgumentException($"The window {Window} does not fit the padded input {Height}x{Width}.", nameof(Window));
        if (Math.Max(Math.Max(InputLength, OutputLength), WeightLength) > int.MaxValue)
            throw new ArgumentException($"One example or the weights have more than {int.MaxValue:N0} elements: input {InputLength:N0}, output {OutputLength:N0}, weights {WeightLength:N0}.");
    }

    /// <summary>A square window.</summary>
    /// <inheritdoc cref="Conv2dSizes(int, int, int, int, Window2d, int)" path="/exception"/>
    /// <param name="Channels">Input channels.</param>
    /// <param name="Height">Input rows.</param>
    /// <param name="Width">Input columns.</param>
    /// <param name="Filters">Output channels.</param>
    /// <param name="Kernel">Side of the window.</param>
    /// <param name="Stride">Distance between two windows.</param>
    /// <param name="Padding">Rows and columns of zeros around the input.</param>
    /// <param name="Dilation">Distance between the taps of a window.</param>
    /// <param name="Groups">Groups of channels that are connected only to each other; divides both channel counts.</param>
    public Conv2dSizes(
        int Channels, int Height, int Width, int Filters, int Kernel = 1, int Stride = LayerDefaults.Stride,
        int Padding = LayerDefaults.Padding, int Dilation = LayerDefaults.Dilation, int Groups = LayerDefaults.Groups)
        : this(Channels, Height, Width, Filters, Window2d.Square(Kernel, Stride, Padding, Dilation), Groups)
    {
    }

    /// <summary>Input channels.</summary>
    public int Channels { get; }

    /// <summary>Input rows.</summary>
    public int Height { get; }

    /// <summary>Input columns.</summary>
    public int Width { get; }

    /// <summary>Output channels.</summary>
    public int Filters { get; }

    /// <summary>The window and how it slides.</summary>
    public Window2d Window { get; }

    /// <summary>Groups of channels that are connected only to each other.</summary>
    public int Groups { get; }

    /// <summary>Output rows.</summary>
    public int OutHeight => (int)Window.Rows.Output(Height);

    /// <summary>Output columns.</summary>
    public int OutWidth => (int)Window.Columns.Output(Width);

    /// <summary>Input channels that one filter reads.</summary>
    public int GroupChannels => Channels / Groups;

    /// <summary>Filters in one group.</summary>
    public int GroupFilters => Filters / Groups;

    /// <summary>Elements of one example's input.</summary>
    public long InputLength => (long)Height * Width * Channels;

    /// <summary>Elements of one example's output.</summary>
    public long OutputLength => (long)OutHeight * OutWidth * Filters;

    /// <summary>Elements of the weights.</summary>
    public long WeightLength => Window.Taps * GroupChannels * Filters;

    /// <summary>Multiply-adds of one example's forward pass, padding counted.</summary>
    public long Macs => OutputLength * Window.Taps * GroupChannels;

    /// <summary>True where the convolution is a matrix product over the pixels as they are in memory: 1x1, stride 1, no padding, one group.</summary>
    public bool IsPointwise => Window == Window2d.Square(1) && Groups == 1;

    static void AtLeast(int least, int value, string name)
    {
        if (value < least) throw new ArgumentOutOfRangeException(name, value, $"{name} must be {least} or more.");
    }
}
