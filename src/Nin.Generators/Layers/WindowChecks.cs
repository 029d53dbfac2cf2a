using Nin.Generators.Diagnostics;
using Nin.Generators.Spec;
using Nin.Shapes.Sizes;
using static System.FormattableString;

namespace Nin.Generators.Layers;

/// <summary>NIN005, NIN006 and NIN101: how a layer's window fits its input.</summary>
/// <param name="at">The layer's place.</param>
/// <param name="window">Its window.</param>
/// <param name="kernelArgument">The argument that gives a square window.</param>
sealed class WindowChecks(Placement at, Window window, string kernelArgument)
{
    /// <summary>Paddings tried for NIN101 before the message goes without one.</summary>
    const int PaddingsTried = 64;

    readonly Window2d over = window.Over(at.Input);

    Shape Input => at.Input;

    /// <summary>NIN006: a pooling's padding is at most half its window; true where it is.</summary>
    public bool PadsEnough()
    {
        foreach ((string name, int padding, WindowAxis axis, string axisKernel) in window.Sides)
        {
            long most = WindowSize.MaxPoolingPadding(axis.Kernel, axis.Dilation);
            if (window.Same || padding <= most) continue;

            bool isAll = !at.IsGiven(name);
            string argument = isAll ? "Padding" : name, kernel = at.IsGiven(axisKernel) ? axisKernel : "a kernel";
            at.Report(
                Rules.PaddingTooLarge,
                argument,
                $"{(isAll ? "padding" : $"{name} =")} {padding} is more than half the {window.Rows.Kernel}x{window.Columns.Kernel} window over {Input}",
                $"use {argument} <= {most} or {kernel} >= {2L * padding}");
            return false;
        }

        return true;
    }

    /// <summary>The output's rows and columns; null, and reported, where no window fits.</summary>
    /// <param name="mostPadding">The most padding that a message may suggest.</param>
    public (long Height, long Width)? Slide(long mostPadding)
    {
        long height = over.Rows.Output(Input.Height), width = over.Columns.Output(Input.Width);
        if (height == 0 || width == 0)
        {
            ReportTooLarge(mostPadding);
            return null;
        }

        ReportUnreadBorder(mostPadding);
        return (height, width);
    }

    /// <summary>NIN005: no window fits the padded input. It is reported on the axis that lacks most.</summary>
    void ReportTooLarge(long mostPadding)
    {
        bool isTall = Lacking(over.Rows, Input.Height) >= Lacking(over.Columns, Input.Width);
        (WindowAxis axis, long size) = isTall ? (over.Rows, Input.Height) : (over.Columns, Input.Width);
        string argument = KernelOf(isTall);
        // Of both axes where one argument is for both: the one that lacks most pixels may allow the larger kernel.
        long kernel = argument == kernelArgument ? Math.Min(Most(over.Rows, Input.Height), Most(over.Columns, Input.Width)) : Most(axis, size);
        long padding = Math.Max(HalfLacking(over.Rows, Input.Height), HalfLacking(over.Columns, Input.Width));
        bool mayPad = window.HasEvenPadding && padding <= mostPadding;
        string dilated = axis.Dilation == 1 ? "" : Invariant($" (kernel {KernelText}, dilation {axis.Dilation})");
        string alternative = mayPad ? Invariant($" or Padding >= {padding}") : "";
        string padded = Invariant($"{Padded(over.Rows, Input.Height)}x{Padded(over.Columns, Input.Width)}");
        SuggestedFix smallerKernel = new(argument, Invariant($"{kernel}"));
        at.Report(
            Rules.WindowTooLarge,
            argument,
            $"window {over.Rows.Effective}x{over.Columns.Effective}{dilated} does not fit the padded input {padded} of {Input}",
            $"use {argument} <= {kernel}{alternative}",
            suggested: mayPad && !IsPaddedBySide ? [new("Padding", Invariant($"{padding}")), smallerKernel] : [smallerKernel]);
    }

    /// <summary>
    /// NIN101: rows or columns of the image itself at the far border are in no window. Unread padding loses nothing, and a window smaller than its
    /// stride leaves pixels out everywhere, on purpose, as the 1x1 convolution of a shortcut does.
    /// </summary>
    void ReportUnreadBorder(long mostPadding)
    {
        (long rows, long columns) = (Unread(over.Rows, Input.Height), Unread(over.Columns, Input.Width));
        if (rows == 0 && columns == 0) return;

        string padded = window.HasEvenPadding && ReadingPadding(mostPadding) is long padding ? Invariant($"use Padding = {padding} or an") : "use an";
        string stride = at.IsGiven("Stride") ? "Stride" : rows > 0 ? "StrideHeight" : "StrideWidth";
        at.Report(
            Rules.UnreadBorder,
            at.IsGiven(stride) ? stride : KernelOf(isTall: rows > 0),
            $"no window reads the last {Count(rows, "row")} and {Count(columns, "column")} of {Input}",
            $"{padded} input of {Input.Height - rows}x{Input.Width - columns} to lose none");
    }

    /// <summary>The least padding with which the windows read everything.</summary>
    long? ReadingPadding(long mostPadding)
    {
        long last = Math.Min(mostPadding, window.Rows.Before + (long)PaddingsTried);
        for (long padding = window.Rows.Before + 1L; padding <= last; padding++)
        {
            if (Unread(With(window.Rows), Input.Height) == 0 && Unread(With(window.Columns), Input.Width) == 0) return padding;

            WindowAxis With(WindowAxis axis) => axis with { Before = (int)padding, After = (int)padding };
        }

        return null;
    }

    bool IsPaddedBySide => window.Sides.Any(side => at.IsGiven(side.Name));

    string KernelText => over.Rows.Kernel == over.Columns.Kernel
        ? Invariant($"{over.Rows.Kernel}")
        : Invariant($"{over.Rows.Kernel}x{over.Columns.Kernel}");

    string KernelOf(bool isTall)
    {
        string axis = isTall ? "KernelHeight" : "KernelWidth";
        return at.IsGiven(axis) ? axis : kernelArgument;
    }

    static long Padded(WindowAxis axis, long size) => size + axis.Before + axis.After;

    static long Lacking(WindowAxis axis, long size) => axis.Effective - Padded(axis, size);

    /// <summary>The largest kernel that fits.</summary>
    static long Most(WindowAxis axis, long size) => Math.Max(1, (Padded(axis, size) - 1) / axis.Dilation + 1);

    static long HalfLacking(WindowAxis axis, long size) => (axis.Effective - size + 1) / 2;

    static long Unread(WindowAxis axis, long size) => axis.Effective < axis.Stride ? 0 : Math.Max(0, axis.Unread(size) - axis.After);

    static string Count(long count, string noun) => count == 1 ? $"1 {noun}" : Invariant($"{count} {noun}s");
}
