using System.Runtime.CompilerServices;

namespace Nin.Ops;

/// <summary>
/// An activation as the vectorised convolutions apply it: to rows of results as soon as they are stored, while they are in the first-level cache.
/// </summary>
/// <remarks>
/// A function pointer and not a type parameter of the convolutions: their kernels are compiled once, whatever activations follow, and one call per row
/// of a tile costs nothing compared with the row's sums. The formula sees what a pass of its own would load, so the bits are the same.
/// </remarks>
readonly unsafe struct RowActivation
{
    readonly delegate*<void*, float*, float*, int, void> apply;
    readonly void* activation;
    readonly nint offset;

    RowActivation(delegate*<void*, float*, float*, int, void> apply, void* activation, nint offset)
    {
        this.apply = apply;
        this.activation = activation;
        this.offset = offset;
    }

    /// <summary>True where results stay as they are.</summary>
    public bool IsNone => apply is null;

    /// <summary>An activation at a width of register.</summary>
    /// <param name="activation">The formula's own numbers; the memory is the caller's until the convolution is done.</param>
    /// <param name="width">Bits of a register.</param>
    /// <param name="offset">Floats from an element that is read to where its value goes; 0 for its own place.</param>
    public static RowActivation Of<TActivation>(TActivation* activation, int width, nint offset)
        where TActivation : unmanaged, IActivation =>
        new(
            width switch
            {
                512 => &Row<TActivation, Lanes512>,
                256 => &Row<TActivation, Lanes256>,
                _ => &Row<TActivation, Lanes128>,
            },
            activation,
            offset);

    /// <summary>Applies it to a block of <c>[rows, columns]</c>, whose rows are <paramref name="step"/> floats apart.</summary>
    public void Apply(float* first, nint step, int rows, int columns)
    {
        for (int i = 0; i < rows; i++, first += step) apply(activation, first, first + offset, columns);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Row<TActivation, TLanes>(void* activation, float* x, float* y, int count)
        where TActivation : unmanaged, IActivation
        where TLanes : struct, ILanes<TLanes>
    {
        TActivation formula = *(TActivation*)activation;
        int i = 0;
        for (; i <= count - TLanes.Count; i += TLanes.Count) formula.Value(TLanes.Load(x + i)).Store(y + i);
        if (i < count) formula.Value(TLanes.Load(x + i, count - i)).Store(y + i, count - i);
    }
}
