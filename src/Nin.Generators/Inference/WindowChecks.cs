using Nin.Generators.Diagnostics;
using Nin.Generators.Layers;
using Nin.Generators.Spec;
using Nin.Shapes.Sizes;
using static System.FormattableString;

namespace Nin.Generators.Inference;

/// <summary>What can be wrong between a window and the image under it, and what would fit.</summary>
static class WindowChecks
{
    /// <summary>Paddings tried for NIN101 before the message goes without a proposal.</summary>
    const int PaddingsTried = 64;

    /// <summary>NIN005: no window fits the padded input.</summary>
    public static void ReportTooLarge(Window window, Placement at, string kernelArgument, long mostPadding)
    {
        Shape input = at.Input;
        long smaller = Math.Min(input.Height, input.Width);
        long kernel = (smaller + 2L * window.Padding - 1) / window.Dilation + 1;
        long padding = (window.Effective - smaller + 1) / 2;
        string dilated = window.Dilation == 1 ? "" : Invariant($" (kernel {window.Kernel}, dilation {window.Dilation})");
        string alternative = padding > mostPadding ? "" : Invariant($" or Padding >= {padding}");
        string padded = Invariant($"{input.Height + 2L * window.Padding}x{input.Width + 2L * window.Padding}");
        at.Report(
            Rules.WindowTooLarge,
            kernelArgument,
            $"window {window.Effective}x{window.Effective}{dilated} does not fit the padded input {padded} of {input}",
            $"use {kernelArgument} <= {kernel}{alternative}",
            proposals: TooLargeProposals(kernelArgument, kernel, padding, mostPadding));
    }

    static IEnumerable<Proposal> TooLargeProposals(string kernelArgument, long kernel, long padding, long mostPadding)
    {
        if (padding <= mostPadding) yield return new("Padding", Invariant($"{padding}"));
        yield return new(kernelArgument, Invariant($"{kernel}"));
    }

    /// <summary>NIN101: rows or columns of the image itself at the far border lie in no window. Unread padding is no loss.</summary>
    public static void ReportUnreadBorder(Window window, Placement at, string kernelArgument, long mostPadding)
    {
        Shape input = at.Input;
        (long rows, long columns) = (Unread(window, input.Height), Unread(window, input.Width));
        if (rows == 0 && columns == 0) return;

        long last = Math.Min(mostPadding, window.Padding + (long)PaddingsTried);
        long padding = window.Padding;
        do padding++;
        while (padding <= last && !ReadsAll(window with { Padding = (int)padding }, input));
        string proposal = padding <= last ? Invariant($"use Padding = {padding} or an") : "use an";
        at.Report(
            Rules.UnreadBorder,
            at.IsGiven("Stride") ? "Stride" : kernelArgument,
            $"no window reads the last {Count(rows, "row")} and {Count(columns, "column")} of {input}",
            $"{proposal} input of {input.Height - rows}x{input.Width - columns} to lose none");
    }

    static bool ReadsAll(Window window, Shape input) => Unread(window, input.Height) == 0 && Unread(window, input.Width) == 0;

    static long Unread(Window window, long size) =>
        Math.Max(0, WindowSize.Unread(size, window.Kernel, window.Stride, window.Padding, window.Dilation) - window.Padding);

    static string Count(long count, string noun) => count == 1 ? $"1 {noun}" : Invariant($"{count} {noun}s");
}
