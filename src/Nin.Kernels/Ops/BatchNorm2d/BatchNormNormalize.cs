using System.Runtime.CompilerServices;
using Nin.Vectorized;

namespace Nin.Ops;

/// <summary><c>y = act((x - mean) scale + beta)</c>: the last pass of both forward directions.</summary>
readonly unsafe struct BatchNormNormalize(BatchNormAffine affine, bool relu, float* x, float* y) : IChannelwise
{
    readonly BatchNormAffine affine = affine;
    readonly bool relu = relu;
    readonly float* x = x;
    readonly float* y = y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Apply<TLanes, TExtent>(long at, int c, TExtent extent)
        where TLanes : struct, ILanes<TLanes>
        where TExtent : struct, IExtent
    {
        TLanes output = affine.Output(affine.Centre(extent.Load<TLanes>(x + at), c, extent), c, extent);
        extent.Store(y + at, relu ? TLanes.Max(TLanes.Zero, output) : output);
    }
}
