namespace Nin.Vectorized;

/// <summary>
/// Where a block of C starts from, and where <c>max(Floor, block + Bias)</c> of the finished sum goes. Steps are floats from row to row.
/// </summary>
/// <remarks>
/// One form for all ends of a tile, without branches: a new sum starts from a row of zeros with step 0; no bias is a row of -0, the
/// one value that changes nothing when added; no ReLU is a floor of minus infinity.
/// </remarks>
unsafe struct TileResult
{
    public float* From;
    public nint FromStep;
    public float* To;
    public nint ToStep;
    public float* Bias;
    public float Floor;
}
