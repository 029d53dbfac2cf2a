using ILGPU;

namespace Nin.Ops;

/// <summary>Four neighbouring floats: what a GPU reads or writes in one access, where their address is a multiple of 16 bytes.</summary>
struct Float4
{
    /// <summary>Floats in it.</summary>
    public const int Length = 4;

    const int Log2Length = 2;

    public float S0, S1, S2, S3;

    /// <summary>The index of the float4 that begins at an element, whose index is a multiple of four. A division of a long would round towards zero.</summary>
    public static long Index(long element) => element >> 2;

    /// <summary>Float4s that cover a number of floats; the last may be partial.</summary>
    public static int Blocks(int floats) => (floats + Length - 1) / Length;

    /// <summary>Whether pixels of so many channels (in each group) begin and end at multiples of 16 bytes. Buffers begin at multiples of 256.</summary>
    public static bool AreAligned(DeviceView view, int channels) => channels % Length == 0 && view.Offset % Length == 0;

    /// <summary>Whether a range is float4s from its first element to its last.</summary>
    public static bool IsWhole(DeviceView view) => view.Length % Length == 0 && view.Offset % Length == 0;

    /// <summary>Floats that a thread takes at a time: four where they are <see cref="AreAligned">aligned</see>, else one, so that neighbouring threads read neighbouring floats.</summary>
    public static int Width(bool areAligned) => areAligned ? Length : 1;

    /// <summary>As many floats as <paramref name="width"/> says, and zeros.</summary>
    public static Float4 Load(ArrayView<float> view, long index, int width)
    {
        if (width == Length) return view.Cast<Float4>()[index >> Log2Length];
        Float4 r = default;
        r.S0 = view[index];
        return r;
    }

    /// <summary>Writes what <see cref="Load"/> reads.</summary>
    public readonly void Store(ArrayView<float> view, long index, int width)
    {
        if (width == Length) view.Cast<Float4>()[index >> Log2Length] = this;
        else view[index] = S0;
    }

    public static Float4 Add(Float4 a, Float4 b)
    {
        a.S0 += b.S0;
        a.S1 += b.S1;
        a.S2 += b.S2;
        a.S3 += b.S3;
        return a;
    }

    public static Float4 Subtract(Float4 a, Float4 b)
    {
        a.S0 -= b.S0;
        a.S1 -= b.S1;
        a.S2 -= b.S2;
        a.S3 -= b.S3;
        return a;
    }

    public static Float4 Multiply(Float4 a, Float4 b)
    {
        a.S0 *= b.S0;
        a.S1 *= b.S1;
        a.S2 *= b.S2;
        a.S3 *= b.S3;
        return a;
    }

    /// <summary><c>a * b + c</c>, rounded once.</summary>
    public static Float4 MultiplyAdd(Float4 a, Float4 b, Float4 c)
    {
        c.S0 = FusedMultiplyAdd.Of(a.S0, b.S0, c.S0);
        c.S1 = FusedMultiplyAdd.Of(a.S1, b.S1, c.S1);
        c.S2 = FusedMultiplyAdd.Of(a.S2, b.S2, c.S2);
        c.S3 = FusedMultiplyAdd.Of(a.S3, b.S3, c.S3);
        return c;
    }

    /// <summary>Negative elements become zero; NaN stays.</summary>
    public static Float4 Relu(Float4 a)
    {
        a.S0 = a.S0 < 0 ? 0 : a.S0;
        a.S1 = a.S1 < 0 ? 0 : a.S1;
        a.S2 = a.S2 < 0 ? 0 : a.S2;
        a.S3 = a.S3 < 0 ? 0 : a.S3;
        return a;
    }

    /// <summary><c>y > 0 ? dy : 0</c>: the gradient of a ReLU whose output was <paramref name="y"/>.</summary>
    public static Float4 MaskByPositive(Float4 dy, Float4 y)
    {
        dy.S0 = y.S0 > 0 ? dy.S0 : 0;
        dy.S1 = y.S1 > 0 ? dy.S1 : 0;
        dy.S2 = y.S2 > 0 ? dy.S2 : 0;
        dy.S3 = y.S3 > 0 ? dy.S3 : 0;
        return dy;
    }

    public static Float4 Scale(Float4 a, float factor)
    {
        a.S0 *= factor;
        a.S1 *= factor;
        a.S2 *= factor;
        a.S3 *= factor;
        return a;
    }

    public static Float4 Divide(Float4 a, float divisor)
    {
        a.S0 /= divisor;
        a.S1 /= divisor;
        a.S2 /= divisor;
        a.S3 /= divisor;
        return a;
    }
}

/// <summary>Two neighbouring floats, where their address is a multiple of 8 bytes.</summary>
struct Float2
{
    public float S0, S1;

    /// <summary>The index of the float2 that begins at an element with an even index.</summary>
    public static long Index(long element) => element >> 1;
}

/// <summary>
/// Eight neighbouring channels in registers. Named fields and no array: ILGPU unrolls no loop, and an indexed array would live in memory.
/// </summary>
struct Float8
{
    /// <summary>Channels in a tile.</summary>
    public const int Length = 8;

    public float S0, S1, S2, S3, S4, S5, S6, S7;

    /// <summary>Tiles that cover a number of channels; the last may be partial.</summary>
    public static int Tiles(int channels) => (channels + Length - 1) / Length;

    public static Float8 Load(ArrayView<float> view, long index)
    {
        Float8 r;
        r.S0 = view[index];
        r.S1 = view[index + 1];
        r.S2 = view[index + 2];
        r.S3 = view[index + 3];
        r.S4 = view[index + 4];
        r.S5 = view[index + 5];
        r.S6 = view[index + 6];
        r.S7 = view[index + 7];
        return r;
    }

    /// <summary>The first <paramref name="count"/> elements; zeros after them, where nothing is read.</summary>
    public static Float8 Load(ArrayView<float> view, long index, int count)
    {
        if (count >= Length) return Load(view, index);
        Float8 r = default;
        if (count > 0) r.S0 = view[index];
        if (count > 1) r.S1 = view[index + 1];
        if (count > 2) r.S2 = view[index + 2];
        if (count > 3) r.S3 = view[index + 3];
        if (count > 4) r.S4 = view[index + 4];
        if (count > 5) r.S5 = view[index + 5];
        if (count > 6) r.S6 = view[index + 6];
        return r;
    }

    /// <summary>
    /// Writes the first <paramref name="count"/> elements. No shortcut for all eight: with two ways to store them PoCL's compiler no longer vectorises the sums
    /// before the stores, and products take twice as long.
    /// </summary>
    public readonly void Store(ArrayView<float> view, long index, int count)
    {
        if (count > 0) view[index] = S0;
        if (count > 1) view[index + 1] = S1;
        if (count > 2) view[index + 2] = S2;
        if (count > 3) view[index + 3] = S3;
        if (count > 4) view[index + 4] = S4;
        if (count > 5) view[index + 5] = S5;
        if (count > 6) view[index + 6] = S6;
        if (count > 7) view[index + 7] = S7;
    }

    public readonly void Store(ArrayView<float> view, long index)
    {
        view[index] = S0;
        view[index + 1] = S1;
        view[index + 2] = S2;
        view[index + 3] = S3;
        view[index + 4] = S4;
        view[index + 5] = S5;
        view[index + 6] = S6;
        view[index + 7] = S7;
    }

    /// <summary><c>sum + a b</c>, fused.</summary>
    public static Float8 MultiplyAdd(Float8 sum, float a, Float8 b)
    {
        sum.S0 = FusedMultiplyAdd.Of(a, b.S0, sum.S0);
        sum.S1 = FusedMultiplyAdd.Of(a, b.S1, sum.S1);
        sum.S2 = FusedMultiplyAdd.Of(a, b.S2, sum.S2);
        sum.S3 = FusedMultiplyAdd.Of(a, b.S3, sum.S3);
        sum.S4 = FusedMultiplyAdd.Of(a, b.S4, sum.S4);
        sum.S5 = FusedMultiplyAdd.Of(a, b.S5, sum.S5);
        sum.S6 = FusedMultiplyAdd.Of(a, b.S6, sum.S6);
        sum.S7 = FusedMultiplyAdd.Of(a, b.S7, sum.S7);
        return sum;
    }

    public static Float8 Add(Float8 a, Float8 b)
    {
        a.S0 += b.S0;
        a.S1 += b.S1;
        a.S2 += b.S2;
        a.S3 += b.S3;
        a.S4 += b.S4;
        a.S5 += b.S5;
        a.S6 += b.S6;
        a.S7 += b.S7;
        return a;
    }

    public static Float8 Multiply(Float8 a, Float8 b)
    {
        a.S0 *= b.S0;
        a.S1 *= b.S1;
        a.S2 *= b.S2;
        a.S3 *= b.S3;
        a.S4 *= b.S4;
        a.S5 *= b.S5;
        a.S6 *= b.S6;
        a.S7 *= b.S7;
        return a;
    }

    /// <summary>Negative elements become zero; NaN stays.</summary>
    public static Float8 Relu(Float8 a)
    {
        a.S0 = a.S0 < 0 ? 0 : a.S0;
        a.S1 = a.S1 < 0 ? 0 : a.S1;
        a.S2 = a.S2 < 0 ? 0 : a.S2;
        a.S3 = a.S3 < 0 ? 0 : a.S3;
        a.S4 = a.S4 < 0 ? 0 : a.S4;
        a.S5 = a.S5 < 0 ? 0 : a.S5;
        a.S6 = a.S6 < 0 ? 0 : a.S6;
        a.S7 = a.S7 < 0 ? 0 : a.S7;
        return a;
    }

    /// <summary><c>y > 0 ? dy : 0</c>: the gradient of a ReLU whose output was <paramref name="y"/>.</summary>
    public static Float8 MaskByPositive(Float8 dy, Float8 y)
    {
        dy.S0 = y.S0 > 0 ? dy.S0 : 0;
        dy.S1 = y.S1 > 0 ? dy.S1 : 0;
        dy.S2 = y.S2 > 0 ? dy.S2 : 0;
        dy.S3 = y.S3 > 0 ? dy.S3 : 0;
        dy.S4 = y.S4 > 0 ? dy.S4 : 0;
        dy.S5 = y.S5 > 0 ? dy.S5 : 0;
        dy.S6 = y.S6 > 0 ? dy.S6 : 0;
        dy.S7 = y.S7 > 0 ? dy.S7 : 0;
        return dy;
    }
}
