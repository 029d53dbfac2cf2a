namespace Nin.TestKit;

/// <summary>
/// A host array for an op to write into: NaN throughout, with guard bands on both sides. An element that the op forgot stays
/// NaN, and one that it wrote out of bounds changes a guard. The NaN has its own bits, so that a computed NaN is told apart.
/// </summary>
public sealed class GuardedBuffer
{
    static readonly float Unwritten = BitConverter.UInt32BitsToSingle(0x7FC5_A5A5);

    /// <summary>A buffer of unwritten elements.</summary>
    /// <param name="length">Elements that the op may write.</param>
    /// <param name="guard">Elements of each band; a multiple of 16 keeps the inner part as aligned as the whole.</param>
    public GuardedBuffer(int length, int guard = 64)
    {
        Length = length;
        Guard = guard;
        Whole = new float[length + 2 * guard];
        Array.Fill(Whole, Unwritten);
    }

    /// <summary>Elements between the guards.</summary>
    public int Length { get; }

    /// <summary>Elements of one guard, and so the offset of the inner part in <see cref="Whole"/>.</summary>
    public int Guard { get; }

    /// <summary>Guard, inner part, guard: what is copied to a device and back.</summary>
    public float[] Whole { get; }

    /// <summary>The part that the op may write.</summary>
    public Span<float> Inner => Whole.AsSpan(Guard, Length);

    /// <summary>Passes if both guards are as they were.</summary>
    /// <exception cref="InvalidOperationException">An element of a guard was written. The message says which, relative to the inner part.</exception>
    public void CheckGuards()
    {
        for (int i = 0; i < Whole.Length; i++)
        {
            bool inner = i >= Guard && i < Guard + Length;
            if (!inner && !IsUnwritten(Whole[i]))
            {
                throw new InvalidOperationException($"Element {i - Guard} of a buffer of {Length} was written: {Whole[i]:G9}.");
            }
        }
    }

    /// <summary>Passes if every inner element was written and both guards are as they were.</summary>
    /// <exception cref="InvalidOperationException">An element was forgotten, or a guard was written.</exception>
    public void CheckWritten()
    {
        CheckGuards();
        for (int i = 0; i < Length; i++)
        {
            if (IsUnwritten(Inner[i]))
            {
                throw new InvalidOperationException($"Element {i} of {Length} was not written.");
            }
        }
    }

    static bool IsUnwritten(float value) => BitConverter.SingleToUInt32Bits(value) == BitConverter.SingleToUInt32Bits(Unwritten);
}
