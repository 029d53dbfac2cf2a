namespace Nin.Vectorized;

/// <summary>
/// The micro-kernel of the matrix product: a block of C that stays in registers while the whole depth passes by.
/// </summary>
/// <remarks>
/// <code>
///                    row of B: TRow.Count floats
///                  [ b0 b1 b2 ........... ]
///   column of A  a0  c0                        C block, Rows x TRow.Count:
///                a1  c1                        c_i += a_i * b   for every step of the depth
///                ..  ..
/// </code>
/// Each element is one chain of MulAdd in the order of the depth, which starts from what is loaded: a depth cut into blocks that
/// are stored and loaded again gives the same bits as an uncut one.
/// </remarks>
unsafe interface ITile
{
    static abstract int Rows { get; }

    /// <param name="depth">Steps of the sum.</param>
    /// <param name="a"><see cref="Rows"/> x the steps of the depth, rows as far apart as <typeparamref name="TPanel"/> says; all of it
    /// is read.</param>
    /// <param name="b">As many rows of <c>TRow.Count</c> floats, one behind the other but for gaps.</param>
    /// <param name="c">Where the block comes from and goes to; all of it is read and written.</param>
    static abstract void Multiply<TRow, TPanel>(in DepthRuns depth, float* a, float* b, in TileResult c)
        where TRow : struct, ILanes<TRow>
        where TPanel : struct, IPanel;
}
