using System.Runtime.CompilerServices;

namespace Nin.Ops;

/// <summary>
/// What a convolution does to its input before it multiplies: <c>act((x - mean) / deviation * gamma + beta)</c>. The normalisation before it then keeps
/// what it reads alone, and what it gives is computed again wherever it is read, with the same bits.
/// </summary>
/// <param name="Sizes">Sizes of one example.</param>
/// <param name="Parameters">Scale and shift.</param>
/// <param name="Mean">Of the batch, or running.</param>
/// <param name="Deviation">One over the batch's deviation; the running variance where it is <paramref name="IsRunning"/>.</param>
/// <param name="IsRunning">Whether the normalisation is by running statistics: where it is frozen.</param>
/// <param name="Rectifier">What results are limited to.</param>
/// <param name="Memory">As long as the input: variants that do not normalise what they read store the results here first.</param>
readonly record struct NormalizedInput(
    BatchNormSizes Sizes, BatchNormParameters Parameters, DeviceView Mean, DeviceView Deviation, bool IsRunning, Rectifier Rectifier,
    DeviceView Memory)
{
    /// <summary>Whether the input is read as it is.</summary>
    public bool IsNone => Mean.IsNone;

    /// <summary>Floats of scratch memory that <see cref="InputNormalization"/> needs.</summary>
    public long ScalesLength => IsNone ? 0 : Sizes.Channels;
}

/// <summary><c>min(ceiling, max(floor, x))</c>: an activation that costs nothing where values are read.</summary>
/// <param name="Floor">Lowest value.</param>
/// <param name="Ceiling">Highest value.</param>
readonly record struct Rectifier(float Floor, float Ceiling)
{
    public static Rectifier None => new(float.NegativeInfinity, float.PositiveInfinity);

    public static Rectifier Relu => None with { Floor = 0 };

    public static Rectifier Relu6 => new(0, 6);
}

/// <summary><see cref="NormalizedInput"/> as vectorised code applies it, register by register: the formulas of <see cref="BatchNormNormalize"/> and of ReLU6.</summary>
readonly unsafe struct InputNormalization
{
    readonly BatchNormAffine affine;
    readonly float floor, ceiling;

    InputNormalization(in NormalizedInput input, float* scale)
    {
        affine = BatchNormAffine.Of(input, scale);
        (floor, ceiling) = input.Rectifier;
        IsSome = true;
    }

    /// <param name="input">What to apply, or none.</param>
    /// <param name="scale"><see cref="NormalizedInput.ScalesLength"/> floats, overwritten: the scale of each channel.</param>
    public static InputNormalization Of(in NormalizedInput input, float* scale) => input.IsNone ? default : new(input, scale);

    /// <summary>Whether there is anything to apply; false in a default value.</summary>
    public bool IsSome { get; }

    /// <summary>Channel <paramref name="c"/> and those after it, of some pixel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Apply<TLanes, TExtent>(TLanes x, int c, TExtent extent)
        where TLanes : struct, ILanes<TLanes>
        where TExtent : struct, IExtent =>
        TLanes.Min(TLanes.Broadcast(ceiling), TLanes.Max(TLanes.Broadcast(floor), affine.Output(affine.Centre(x, c, extent), c, extent)));

    /// <summary>Normalises <paramref name="count"/> channels of a pixel from channel <paramref name="c"/> on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Copy<TLanes>(float* source, int c, float* destination, int count)
        where TLanes : struct, ILanes<TLanes>
    {
        int i = 0;
        for (; i <= count - TLanes.Count; i += TLanes.Count)
        {
            Apply(TLanes.Load(source + i), c + i, default(WholeExtent)).Store(destination + i);
        }

        if (i < count)
        {
            var part = new PartExtent(count - i);
            part.Store(destination + i, Apply(part.Load<TLanes>(source + i), c + i, part));
        }
    }
}
