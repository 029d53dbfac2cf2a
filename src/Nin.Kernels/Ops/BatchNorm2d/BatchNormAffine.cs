using System.Runtime.CompilerServices;
using Nin.Vectorized;

namespace Nin.Ops;

/// <summary>
/// <c>(x - mean) scale + beta</c> with <c>scale = gamma inverseDeviation</c>: in this form and not with the mean folded into the shift, which
/// cancels where a mean is large beside its deviation. The gradient finds the ReLU's mask by the same three operations.
/// </summary>
readonly unsafe struct BatchNormAffine(float* mean, float* scale, float* beta)
{
    readonly float* mean = mean;
    readonly float* scale = scale;
    readonly float* beta = beta;

    /// <summary>The deviation of inputs from their channel's mean.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Centre<TLanes, TExtent>(TLanes x, int c, TExtent extent)
        where TLanes : struct, ILanes<TLanes>
        where TExtent : struct, IExtent =>
        x - extent.Load<TLanes>(mean + c);

    /// <summary>The output, before a ReLU, of what <see cref="Centre"/> gave.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Output<TLanes, TExtent>(TLanes centred, int c, TExtent extent)
        where TLanes : struct, ILanes<TLanes>
        where TExtent : struct, IExtent =>
        TLanes.MulAdd(centred, extent.Load<TLanes>(scale + c), extent.Load<TLanes>(beta + c));

    /// <summary>What stands before <see cref="Centre"/>'s part of a gradient: gamma over the deviation.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Scale<TLanes, TExtent>(int c, TExtent extent)
        where TLanes : struct, ILanes<TLanes>
        where TExtent : struct, IExtent =>
        extent.Load<TLanes>(scale + c);
}
