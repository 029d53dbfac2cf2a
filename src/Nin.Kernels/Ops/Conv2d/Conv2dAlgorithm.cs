namespace Nin.Ops;

/// <summary>How device <c>cpu</c> computes a convolution in one direction.</summary>
enum Conv2dAlgorithm
{
    /// <summary>Im2col rows times packed weights, group by group: <see cref="ImplicitGemm"/>, <see cref="Wgrad"/>.</summary>
    ImplicitGemm,

    /// <summary>
    /// The same product with the same bits, reading padded rows of an image of few channels instead of im2col rows:
    /// <see cref="FewChannelsConvolution"/>, and a source of <see cref="WgradJob"/>. Dgrad, which a first layer does not need, has none.
    /// </summary>
    FewChannels,

    /// <summary>Winograd's method: <see cref="WinogradConvolution"/>, <see cref="WinogradWgrad"/>.</summary>
    Winograd,

    /// <summary>One result channel per lane: <see cref="DepthwiseConvolution"/>, <see cref="DepthwiseWgrad"/>.</summary>
    Depthwise,
}

/// <summary>
/// The choice of algorithm of device <c>cpu</c>, all of it. It reads the shape alone, never the batch, the threads or the width of the registers, so that an example has
/// the same result in any batch.
/// </summary>
static class Conv2dChoice
{
    // A product of fewer columns leaves lanes of a register empty.
    const int WideGroup = 16;

    // What one result channel reads: more source channels than these would take too much memory when they are spread.
    const int MostPlanes = 32;

    // Rows of source pixels that a thread keeps normalised.
    const int MostNormalizedRows = 16;

    // Rows of taps are listed on the stack.
    const int MostTapRows = 64;

    /// <summary>Fprop.</summary>
    public static Conv2dAlgorithm Forward(in Conv2dSizes s) =>
        IsNarrow(s, s.GroupChannels, s.GroupFilters) ? Conv2dAlgorithm.Depthwise
        : WinogradSizes.Suits(s) ? Conv2dAlgorithm.Winograd
        : PaddedRows.Suits(ConvolutionGeometry.Fprop(s)) ? Conv2dAlgorithm.FewChannels
        : Conv2dAlgorithm.ImplicitGemm;

    /// <summary>Dgrad: the transposed convolution, whose results are the input's channels.</summary>
    public static Conv2dAlgorithm BackwardData(in Conv2dSizes s) =>
        IsNarrow(s, s.GroupFilters, s.GroupChannels) ? Conv2dAlgorithm.Depthwise
        : WinogradSizes.SuitsTransposed(s) ? Conv2dAlgorithm.Winograd
        : Conv2dAlgorithm.ImplicitGemm;

    /// <summary>Wgrad.</summary>
    public static Conv2dAlgorithm BackwardWeights(in Conv2dSizes s) =>
        IsNarrow(s, s.GroupChannels, s.GroupFilters) ? Conv2dAlgorithm.Depthwise
        : WinogradSizes.SuitsWeights(s) ? Conv2dAlgorithm.Winograd
        : Conv2dAlgorithm.ImplicitGemm;

    /// <summary>
    /// Whether an algorithm normalises its input while it copies it, in the forward pass or for the weight gradient: where each source pixel is read by few
    /// results, all of which a thread computes one after the other. A single pixel is left to <see cref="LinearProduct"/>, which reads it more often.
    /// </summary>
    public static bool Normalizes(Conv2dAlgorithm algorithm, in Conv2dSizes s) => algorithm switch
    {
        Conv2dAlgorithm.Depthwise => s is { GroupChannels: 1, GroupFilters: 1, Window.Rows.Effective: <= MostNormalizedRows },
        Conv2dAlgorithm.ImplicitGemm => s.IsPointwise && s.OutHeight * s.OutWidth > 1,
        _ => false,
    };

    /// <summary>Whether the groups of a convolution, in its direction, leave most of a product's tile empty: for the portable kernels.</summary>
    public static bool IsNarrow(in ConvolutionGeometry g) => g.Groups > 1 && g.ResultChannels < WideGroup;

    static bool IsNarrow(in Conv2dSizes s, int sources, int results) =>
        s.Groups > 1 && results < WideGroup && sources <= MostPlanes && s.Window.Rows.Kernel <= MostTapRows;
}
