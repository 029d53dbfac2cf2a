namespace Nin.Vectorized;

/// <summary>
/// A SIMD register of <see cref="Count"/> floats. An op is written once as <c>static void Row&lt;TLanes&gt;(...)</c> and runs at the
/// width that <see cref="SimdWidth.Best"/> names; each lane computes what a scalar loop over MulAdd would, so that a row cut
/// into registers and a partial tail has the same bits at every position.
/// </summary>
/// <remarks>
/// A mask is a register whose lanes are all ones or all zeros; it comes from a comparison and goes into
/// <see cref="Select"/>, <c>&amp;</c> or <c>|</c>. Comparisons with NaN are false.
/// </remarks>
unsafe interface ILanes<TSelf>
    where TSelf : struct, ILanes<TSelf>
{
    /// <summary>Floats in one register.</summary>
    static abstract int Count { get; }

    /// <summary>True where this machine has registers of this width.</summary>
    static abstract bool IsSupported { get; }

    static abstract TSelf Zero { get; }

    static abstract TSelf Broadcast(float value);

    static abstract TSelf Load(float* source);

    /// <summary>
    /// Reads the first <paramref name="count"/> floats (0 to <see cref="Count"/>) and nothing behind them; the other lanes are 0.
    /// </summary>
    static abstract TSelf Load(float* source, int count);

    void Store(float* destination);

    /// <summary>Writes the first <paramref name="count"/> lanes (0 to <see cref="Count"/>) and nothing behind them.</summary>
    void Store(float* destination, int count);

    /// <summary>Reads <see cref="Count"/> bytes as whole numbers.</summary>
    static abstract TSelf LoadBytes(byte* source);

    /// <summary>Writes <see cref="Count"/> bytes; the lanes are whole numbers from 0 to 255.</summary>
    void StoreBytes(byte* destination);

    static abstract TSelf operator +(TSelf left, TSelf right);

    static abstract TSelf operator -(TSelf left, TSelf right);

    static abstract TSelf operator *(TSelf left, TSelf right);

    static abstract TSelf operator /(TSelf left, TSelf right);

    static abstract TSelf operator -(TSelf value);

    static abstract TSelf operator &(TSelf left, TSelf right);

    static abstract TSelf operator |(TSelf left, TSelf right);

    /// <summary><c>a b + addend</c>, rounded once where the hardware has a fused instruction: see <see cref="MultiplyAdd"/>.</summary>
    static abstract TSelf MulAdd(TSelf a, TSelf b, TSelf addend);

    /// <summary>
    /// <c>sum = MulAdd(a, b, sum)</c> in place. For sums that live across a loop: through a returned value the JIT copies the
    /// register twice a step.
    /// </summary>
    static abstract void Accumulate(ref TSelf sum, TSelf a, TSelf b);

    /// <summary>
    /// The larger of each pair, by the machine's own instruction. A NaN in <paramref name="right"/> is kept; one in <paramref name="left"/>
    /// need not be.
    /// </summary>
    static abstract TSelf Max(TSelf left, TSelf right);

    /// <summary>
    /// The smaller of each pair, by the machine's own instruction. A NaN in <paramref name="right"/> is kept; one in <paramref
    /// name="left"/> need not be.
    /// </summary>
    static abstract TSelf Min(TSelf left, TSelf right);

    static abstract TSelf Sqrt(TSelf value);

    static abstract TSelf Abs(TSelf value);

    static abstract TSelf GreaterThan(TSelf left, TSelf right);

    static abstract TSelf GreaterThanOrEqual(TSelf left, TSelf right);

    static abstract TSelf Equal(TSelf left, TSelf right);

    static abstract TSelf IsNaN(TSelf value);

    /// <summary>Lanes of <paramref name="then"/> where the mask is set, of <paramref name="otherwise"/> elsewhere.</summary>
    static abstract TSelf Select(TSelf mask, TSelf then, TSelf otherwise);
}
