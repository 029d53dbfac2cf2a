using Nin.Generators.Spec;
using Nin.Shapes.Sizes;
using static System.FormattableString;

namespace Nin.Generators.Layers;

/// <summary>A window as a declaration gives it, for convolutions and pooling alike.</summary>
/// <param name="Rows">From top to bottom.</param>
/// <param name="Columns">From left to right.</param>
/// <param name="Same">Whether the input decides the padding.</param>
readonly record struct Window(WindowAxis Rows, WindowAxis Columns, bool Same = LayerDefaults.Same)
{
    /// <summary>One pixel at a time.</summary>
    public static Window Pixel => Square(1);

    /// <summary>The same along both axes.</summary>
    public static Window Square(
        int kernel, int stride = LayerDefaults.Stride, int padding = LayerDefaults.Padding, int dilation = LayerDefaults.Dilation)
    {
        WindowAxis axis = new(kernel, stride, padding, padding, dilation);
        return new(axis, axis);
    }

    /// <summary>Taps of the window.</summary>
    public long Taps => (long)Rows.Kernel * Columns.Kernel;

    /// <summary>The window over an input.</summary>
    public Window2d Over(Shape input) => Same ? new(Rows.PaddedToSame(input.Height), Columns.PaddedToSame(input.Width)) : new(Rows, Columns);

    /// <summary>The receptive field of what it gives.</summary>
    public ReceptiveField FieldAfter(ReceptiveField field) => field.Slide(Rows.Effective, Rows.Stride, Columns.Effective, Columns.Stride);

    /// <summary>As <c>Architecture</c> has it; what is the same along both axes or on all sides is given once.</summary>
    public IEnumerable<(string Name, double Value)> Arguments =>
    [
        .. ByAxis("Kernel", Rows.Kernel, Columns.Kernel),
        .. ByAxis("Stride", Rows.Stride, Columns.Stride),
        .. PaddingArguments,
    ];

    /// <summary>The dilation as <see cref="Arguments"/> has the rest, for layers that take one.</summary>
    public IEnumerable<(string Name, double Value)> DilationArguments => ByAxis("Dilation", Rows.Dilation, Columns.Dilation);

    /// <summary>For documentation: <c>3x3, stride 2</c>.</summary>
    public string Description =>
        Invariant($"{Rows.Kernel}x{Columns.Kernel}")
        + Described("stride", Rows.Stride, Columns.Stride)
        + PaddingDescription
        + Described("dilation", Rows.Dilation, Columns.Dilation)
        + (Rows.Ceil ? ", rounded up" : "");

    /// <summary>The padding of each side, by the argument that gives it.</summary>
    public IReadOnlyList<(string Name, int Padding, WindowAxis Axis, string Kernel)> Sides =>
    [
        ("PaddingTop", Rows.Before, Rows, "KernelHeight"), ("PaddingLeft", Columns.Before, Columns, "KernelWidth"),
        ("PaddingBottom", Rows.After, Rows, "KernelHeight"), ("PaddingRight", Columns.After, Columns, "KernelWidth"),
    ];

    /// <summary>Whether all sides have the same padding, and the input does not decide it.</summary>
    public bool HasEvenPadding =>
        !Same && Rows.Before == Rows.After && Columns.Before == Columns.After && Rows.Before == Columns.Before;

    /// <summary>The window over an input as an argument of its sizes: <c>, Kernel: 3, Padding: 1</c>, or axis by axis.</summary>
    /// <param name="input">Shape that goes in.</param>
    /// <param name="unset">The square window whose arguments are left out.</param>
    public string SizesArguments(Shape input, Window2d unset)
    {
        Window2d window = Over(input);
        (WindowAxis rows, WindowAxis plain) = (window.Rows, unset.Rows);
        if (window.Columns != rows || rows.Before != rows.After || rows.Ceil)
            return $", Window: new({Axis(rows)}, {Axis(window.Columns)})";

        return Given(", Kernel", rows.Kernel, plain.Kernel)
            + Given(", Stride", rows.Stride, plain.Stride)
            + Given(", Padding", rows.Before, plain.Before)
            + Given(", Dilation", rows.Dilation, plain.Dilation);
    }

    IEnumerable<(string, double)> PaddingArguments => (Same, HasEvenPadding) switch
    {
        (true, _) => [("Same", 1)],
        (_, true) => [("Padding", Rows.Before)],
        _ => Sides.Select(side => (side.Name, (double)side.Padding)),
    };

    string PaddingDescription => (Same, HasEvenPadding) switch
    {
        (true, _) => ", same padding",
        (_, true) => Rows.Before > 0 ? Invariant($", padding {Rows.Before}") : "",
        _ => Invariant($", padding {Rows.Before}/{Columns.Before}/{Rows.After}/{Columns.After} (top/left/bottom/right)"),
    };

    static string Described(string what, int rows, int columns) => (rows, columns) switch
    {
        (1, 1) => "",
        _ when rows == columns => Invariant($", {what} {rows}"),
        _ => Invariant($", {what} {rows}x{columns}"),
    };

    static IEnumerable<(string, double)> ByAxis(string name, int height, int width) =>
        height == width ? [(name, height)] : [($"{name}Height", height), ($"{name}Width", width)];

    static string Axis(WindowAxis axis) => Invariant($"new({axis.Kernel}")
        + Given(", Stride", axis.Stride, LayerDefaults.Stride)
        + Given(", Before", axis.Before, LayerDefaults.Padding)
        + Given(", After", axis.After, LayerDefaults.Padding)
        + Given(", Dilation", axis.Dilation, LayerDefaults.Dilation)
        + (axis.Ceil ? ", Ceil: true)" : ")");

    static string Given(string argument, int value, int unset) => value == unset ? "" : Invariant($"{argument}: {value}");
}
