namespace Nin.Ops;

/// <summary>The taps of one pooling window that lie inside the input; those in the padding are left out.</summary>
/// <param name="Input">Index of the first tap in the input, at channel 0.</param>
/// <param name="Output">Index of the window's result in the output, at channel 0.</param>
/// <param name="Rows">Rows of taps.</param>
/// <param name="Columns">Columns of taps.</param>
/// <param name="RowStep">Elements from a row of taps to the next.</param>
/// <param name="ColumnStep">Elements from a tap to the next of its row.</param>
readonly record struct PoolWindow(long Input, long Output, int Rows, int Columns, long RowStep, int ColumnStep);
