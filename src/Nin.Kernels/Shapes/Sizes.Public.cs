namespace Nin.Shapes.Sizes;

// Nin.Kernels makes the size formulas public; the generator, which links the same files, keeps them internal.
public static partial class WindowSize;
public static partial class SlotSize;
public static partial class LayerDefaults;
public readonly partial struct StepMemory;

public readonly partial record struct Window2d
{
    /// <summary>The window in words: <c>5x3, stride 2</c>.</summary>
    public override string ToString() =>
        Rows == Columns with { Kernel = Rows.Kernel } ? $"{Rows.Kernel}x{Columns.Kernel}{Rows}" : $"{Rows.Kernel}{Rows} x {Columns.Kernel}{Columns}";

    /// <summary>Checks the ranges of both axes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One is out of its range; the message names it.</exception>
    public void Check()
    {
        Rows.Check();
        Columns.Check();
    }
}

public readonly partial record struct WindowAxis
{
    /// <summary>What differs from a plain window: <c>, stride 2, padding 1+2</c>.</summary>
    public override string ToString() => string.Concat(
        Stride == 1 ? "" : $", stride {Stride}",
        Before == 0 && After == 0 ? "" : Before == After ? $", padding {Before}" : $", padding {Before}+{After}",
        Dilation == 1 ? "" : $", dilation {Dilation}",
        Ceil ? ", rounded up" : "");

    internal void Check()
    {
        AtLeast(1, Kernel, nameof(Kernel));
        AtLeast(1, Stride, nameof(Stride));
        AtLeast(0, Before, nameof(Before));
        AtLeast(0, After, nameof(After));
        AtLeast(1, Dilation, nameof(Dilation));
    }

    static void AtLeast(int least, int value, string name)
    {
        if (value < least) throw new ArgumentOutOfRangeException(name, value, $"{name} of a window must be {least} or more.");
    }
}
