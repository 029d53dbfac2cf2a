using System.Runtime.InteropServices;

namespace Nin.Tests.Vectorized;

/// <summary>Native floats that start as NaN, between bands of NaN that must stay.</summary>
sealed unsafe class GuardedFloats : IDisposable
{
    const int Band = 64;

    readonly float* memory;

    public GuardedFloats(long length)
    {
        Length = checked((int)length);
        memory = (float*)NativeMemory.AlignedAlloc((nuint)(Length + 2 * Band) * sizeof(float), 64);
        new Span<float>(memory, Length + 2 * Band).Fill(float.NaN);
    }

    public GuardedFloats(float[] values)
        : this(values.Length)
        => values.CopyTo(Span);

    public int Length { get; }

    public float* Pointer => memory + Band;

    public Span<float> Span => new(Pointer, Length);

    public void AssertBands()
    {
        for (int i = 0; i < Band; i++)
        {
            memory[i].Should().Be(float.NaN, "nothing may be written before a tensor");
            memory[Band + Length + i].Should().Be(float.NaN, "nothing may be written after a tensor");
        }
    }

    public void Dispose() => NativeMemory.AlignedFree(memory);
}
