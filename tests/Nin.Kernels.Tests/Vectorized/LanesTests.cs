using Nin.Ops;

namespace Nin.Tests.Vectorized;

public sealed unsafe class LanesTests
{
    static readonly float[] Left = [1, -2, 0, float.NaN, 3.5f, 1e30f, -0f, 7, 0.1f, -9, 4, 5, float.NegativeInfinity, 2, 8, -3];
    static readonly float[] Right = [2, -3, 0, 1, float.NaN, 1e30f, 0f, -7, 0.3f, 9, 4, -5, 1, 0.5f, 3, 6];

    [Fact]
    public void At_128_bits_every_operation_is_the_scalar_one() => EveryOperation<Lanes128>();

    [Fact]
    public void At_256_bits_every_operation_is_the_scalar_one() => EveryOperation<Lanes256>();

    [Fact]
    public void At_512_bits_every_operation_is_the_scalar_one() => EveryOperation<Lanes512>();

    [Fact]
    public void Of_two_registers_every_operation_is_the_scalar_one() => EveryOperation<LanesPair<Lanes128>>();

    [Fact]
    public void At_128_bits_a_partial_access_touches_its_own_lanes_only() => PartialAccess<Lanes128>();

    [Fact]
    public void At_256_bits_a_partial_access_touches_its_own_lanes_only() => PartialAccess<Lanes256>();

    [Fact]
    public void At_512_bits_a_partial_access_touches_its_own_lanes_only() => PartialAccess<Lanes512>();

    [Fact]
    public void Of_two_registers_a_partial_access_touches_its_own_lanes_only() => PartialAccess<LanesPair<Lanes128>>();

    [Fact]
    public void Bytes_are_whole_numbers()
    {
        Bytes<Lanes128>();
        Bytes<Lanes256>();
        Bytes<Lanes512>();
        Bytes<LanesPair<Lanes256>>();
    }

    static void Bytes<TLanes>()
        where TLanes : struct, ILanes<TLanes>
    {
        byte* source = stackalloc byte[256], copy = stackalloc byte[257];
        float* lanes = stackalloc float[TLanes.Count];
        for (int i = 0; i < 256; i++) source[i] = (byte)i;
        for (int start = 0; start < 256; start += TLanes.Count)
        {
            copy[start + TLanes.Count] = 77;
            TLanes.LoadBytes(source + start).Store(lanes);
            TLanes.LoadBytes(source + start).StoreBytes(copy + start);
            for (int i = 0; i < TLanes.Count; i++) lanes[i].Should().Be(start + i);
            copy[start + TLanes.Count].Should().Be(77, "nothing after is written");
        }

        new Span<byte>(copy, 256).SequenceEqual(new Span<byte>(source, 256)).Should().BeTrue();
        for (int count = 0; count < TLanes.Count; count++)
        {
            new Span<byte>(copy, 257).Fill(77);
            new PartExtent(count).StoreBytes(copy, new PartExtent(count).LoadBytes<TLanes>(source + 9));
            for (int i = 0; i < 257; i++) copy[i].Should().Be((byte)(i < count ? i + 9 : 77));
        }
    }

    static void EveryOperation<TLanes>()
        where TLanes : struct, ILanes<TLanes>
    {
        Check<TLanes>("+", (a, b) => a + b, (a, b) => a + b);
        Check<TLanes>("-", (a, b) => a - b, (a, b) => a - b);
        Check<TLanes>("*", (a, b) => a * b, (a, b) => a * b);
        Check<TLanes>("/", (a, b) => a / b, (a, b) => a / b);
        Check<TLanes>("negate", (a, b) => -a, (a, b) => -a);
        Check<TLanes>("MulAdd", (a, b) => TLanes.MulAdd(a, b, TLanes.Broadcast(0.7f)), (a, b) => MultiplyAdd.Compute(a, b, 0.7f));
        Check<TLanes>("Accumulate", Accumulated, (a, b) => MultiplyAdd.Compute(a, b, a));
        Check<TLanes>("Max", TLanes.Max, (a, b) => float.IsNaN(b) ? b : float.IsNaN(a) ? float.NaN : MathF.Max(a, b), leftNaN: false);
        Check<TLanes>("Min", TLanes.Min, (a, b) => float.IsNaN(b) ? b : float.IsNaN(a) ? float.NaN : MathF.Min(a, b), leftNaN: false);
        Check<TLanes>("Sqrt", (a, b) => TLanes.Sqrt(TLanes.Abs(a)), (a, b) => MathF.Sqrt(MathF.Abs(a)));
        Check<TLanes>(">", (a, b) => TLanes.Select(TLanes.GreaterThan(a, b), a, -b), (a, b) => a > b ? a : -b);
        Check<TLanes>(">=", (a, b) => TLanes.Select(TLanes.GreaterThanOrEqual(a, b), a, -b), (a, b) => a >= b ? a : -b);
        Check<TLanes>("==", (a, b) => TLanes.Select(TLanes.Equal(a, b), a + b, b), (a, b) => a == b ? a + b : b);
        Check<TLanes>("IsNaN", (a, b) => TLanes.IsNaN(a) & b, (a, b) => float.IsNaN(a) ? b : 0);
        Check<TLanes>("|", (a, b) => (TLanes.IsNaN(a) & b) | TLanes.Zero, (a, b) => float.IsNaN(a) ? b : 0);
    }

    static TLanes Accumulated<TLanes>(TLanes a, TLanes b)
        where TLanes : struct, ILanes<TLanes>
    {
        TLanes sum = a;
        TLanes.Accumulate(ref sum, a, b);
        return sum;
    }

    static void Check<TLanes>(string operation, Func<TLanes, TLanes, TLanes> lanes, Func<float, float, float> scalar, bool leftNaN = true)
        where TLanes : struct, ILanes<TLanes>
    {
        fixed (float* left = Left, right = Right)
        {
            float* got = stackalloc float[TLanes.Count];
            for (int start = 0; start < Left.Length; start += TLanes.Count)
            {
                lanes(TLanes.Load(left + start), TLanes.Load(right + start)).Store(got);
                for (int i = 0; i < TLanes.Count; i++)
                {
                    float want = scalar(left[start + i], right[start + i]);
                    if (leftNaN || !float.IsNaN(left[start + i]))
                    {
                        (got[i] == want || (float.IsNaN(got[i]) && float.IsNaN(want))).Should()
                            .BeTrue($"{operation} of {left[start + i]} and {right[start + i]} is {want}, not {got[i]}");
                    }
                }
            }
        }
    }

    static void PartialAccess<TLanes>()
        where TLanes : struct, ILanes<TLanes>
    {
        float* source = stackalloc float[TLanes.Count];
        float* copy = stackalloc float[TLanes.Count + 1];
        for (int i = 0; i < TLanes.Count; i++)
        {
            source[i] = i + 1;
        }

        for (int count = 0; count <= TLanes.Count; count++)
        {
            TLanes.Load(source, count).Store(copy);
            for (int i = 0; i < TLanes.Count; i++)
            {
                copy[i].Should().Be(i < count ? i + 1 : 0);
            }

            new Span<float>(copy, TLanes.Count + 1).Fill(float.NaN);
            TLanes.Load(source).Store(copy, count);
            for (int i = 0; i <= TLanes.Count; i++)
            {
                copy[i].Should().Be(i < count ? i + 1 : float.NaN);
            }
        }
    }
}
