namespace Nin.Ops;

/// <summary>A block of rows in memory: which elements of a copy's source and target belong together.</summary>
/// <param name="Rows">Rows.</param>
/// <param name="Columns">Elements of a row that are copied.</param>
/// <param name="SourceStride">Elements from one row of the source to the next.</param>
/// <param name="TargetStride">Elements from one row of the target to the next.</param>
public readonly record struct Block2d(long Rows, int Columns, int SourceStride, int TargetStride);
