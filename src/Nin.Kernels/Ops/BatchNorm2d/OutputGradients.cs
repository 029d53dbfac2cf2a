using System.Runtime.CompilerServices;

namespace Nin.Ops;

/// <summary>The gradient of what a normalisation gives, from that of the activation after it.</summary>
interface IOutputGradient
{
    /// <summary>Whether it reads the deviation of the input.</summary>
    static virtual bool ReadsInput => false;

    /// <summary><paramref name="dy"/> times the derivative.</summary>
    /// <param name="dy">Gradient of the activation's output.</param>
    /// <param name="at">Element.</param>
    /// <param name="c">Its channel.</param>
    /// <param name="centred">The deviation of the normalisation's input from its channel's mean.</param>
    /// <param name="extent">Elements of the register that count.</param>
    TLanes Of<TLanes, TExtent>(TLanes dy, long at, int c, TLanes centred, TExtent extent)
        where TLanes : struct, ILanes<TLanes>
        where TExtent : struct, IExtent;
}

/// <summary>Nothing follows.</summary>
readonly struct NoMask : IOutputGradient
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Of<TLanes, TExtent>(TLanes dy, long at, int c, TLanes centred, TExtent extent)
        where TLanes : struct, ILanes<TLanes>
        where TExtent : struct, IExtent => dy;
}

/// <summary>A ReLU: its input is computed again, by the operations of the forward pass.</summary>
readonly struct InputMask(BatchNormAffine affine) : IOutputGradient
{
    public static bool ReadsInput => true;

    readonly BatchNormAffine affine = affine;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Of<TLanes, TExtent>(TLanes dy, long at, int c, TLanes centred, TExtent extent)
        where TLanes : struct, ILanes<TLanes>
        where TExtent : struct, IExtent =>
        TLanes.GreaterThan(affine.Output(centred, c, extent), TLanes.Zero) & dy;
}

/// <summary>A ReLU before which a residual was added, so that only its output tells.</summary>
readonly unsafe struct OutputMask(float* y) : IOutputGradient
{
    readonly float* y = y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Of<TLanes, TExtent>(TLanes dy, long at, int c, TLanes centred, TExtent extent)
        where TLanes : struct, ILanes<TLanes>
        where TExtent : struct, IExtent =>
        TLanes.GreaterThan(extent.Load<TLanes>(y + at), TLanes.Zero) & dy;
}

/// <summary>Any activation: its input, and its output where the derivative reads that, are computed again as the forward pass did.</summary>
readonly struct InputActivation<TActivation>(BatchNormAffine affine, TActivation activation) : IOutputGradient
    where TActivation : unmanaged, IActivation
{
    public static bool ReadsInput => true;

    readonly BatchNormAffine affine = affine;
    readonly TActivation activation = activation;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Of<TLanes, TExtent>(TLanes dy, long at, int c, TLanes centred, TExtent extent)
        where TLanes : struct, ILanes<TLanes>
        where TExtent : struct, IExtent
    {
        TLanes input = affine.Output(centred, c, extent);
        return activation.Gradient(TActivation.SavesOutput ? activation.Value(input) : input, dy);
    }
}
