using System.Runtime.CompilerServices;

namespace Nin.Ops;

/// <summary>Where a ReLU after the normalisation let its input through.</summary>
interface IReluMask
{
    /// <summary>Whether it reads the deviation of the input.</summary>
    static virtual bool ReadsInput => false;

    /// <summary>Zero where it did not.</summary>
    /// <param name="dy">Gradient of the output.</param>
    /// <param name="at">Element.</param>
    /// <param name="c">Its channel.</param>
    /// <param name="centred">The deviation of the input from its channel's mean.</param>
    /// <param name="extent">Elements of the register that count.</param>
    TLanes Apply<TLanes, TExtent>(TLanes dy, long at, int c, TLanes centred, TExtent extent)
        where TLanes : struct, ILanes<TLanes>
        where TExtent : struct, IExtent;
}

/// <summary>No ReLU follows: every gradient passes.</summary>
readonly struct NoMask : IReluMask
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Apply<TLanes, TExtent>(TLanes dy, long at, int c, TLanes centred, TExtent extent)
        where TLanes : struct, ILanes<TLanes>
        where TExtent : struct, IExtent => dy;
}

/// <summary>The output before the ReLU is computed again, by the operations of the forward pass.</summary>
readonly struct InputMask(BatchNormAffine affine) : IReluMask
{
    public static bool ReadsInput => true;

    readonly BatchNormAffine affine = affine;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Apply<TLanes, TExtent>(TLanes dy, long at, int c, TLanes centred, TExtent extent)
        where TLanes : struct, ILanes<TLanes>
        where TExtent : struct, IExtent =>
        TLanes.GreaterThan(affine.Output(centred, c, extent), TLanes.Zero) & dy;
}

/// <summary>A residual was added before the ReLU, so only the output tells.</summary>
readonly unsafe struct OutputMask(float* y) : IReluMask
{
    readonly float* y = y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Apply<TLanes, TExtent>(TLanes dy, long at, int c, TLanes centred, TExtent extent)
        where TLanes : struct, ILanes<TLanes>
        where TExtent : struct, IExtent =>
        TLanes.GreaterThan(extent.Load<TLanes>(y + at), TLanes.Zero) & dy;
}
