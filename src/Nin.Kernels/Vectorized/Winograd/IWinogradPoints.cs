namespace Nin.Vectorized;

/// <summary>
/// The maps of Winograd's convolution along one side, for one choice of points. The points are 0, some pairs ±p, and infinity, where the
/// value of a polynomial is its highest coefficient; in this order they stand in memory, +p before -p.
/// </summary>
unsafe interface IWinogradPoints
{
    /// <summary>Points, and pixels of a window, along a side.</summary>
    static abstract int Side { get; }

    /// <summary><c>Bᵀ d</c>: for each point the value of the window against the polynomial that is zero at all others.</summary>
    static abstract void Window<TLanes, TExtent>(TExtent extent, float* d, nint step, float* v, nint pointStep)
        where TLanes : struct, ILanes<TLanes>
        where TExtent : struct, IExtent;

    /// <summary>
    /// <c>A y</c>: the polynomial with the coefficients y at each point. <c>G y</c> where <paramref name="scaled"/>: divided by the point's
    /// distances to all others, multiplied.
    /// </summary>
    static abstract void Evaluate<TLanes, TExtent>(TExtent extent, int count, bool scaled, float* y, nint step, float* v, nint pointStep)
        where TLanes : struct, ILanes<TLanes>
        where TExtent : struct, IExtent;

    /// <summary>The transpose of <see cref="Evaluate"/>.</summary>
    static abstract void Fold<TLanes>(int count, bool scaled, float* v, nint pointStep, float* y, nint step)
        where TLanes : struct, ILanes<TLanes>;
}
