namespace Nin.Cuda.Tests.Instructions;

/// <summary>Integers of 32 and 64 bits: they wrap, divide towards zero, and shift by more than their width.</summary>
public sealed class IntegerTests
{
    static readonly int[] A = [.. Fragment.Lane.Select(l => l switch { 0 => int.MinValue, 1 => int.MaxValue, 2 => -1, _ => (l - 15) * 123_456_789 })];
    static readonly int[] B = [.. Fragment.Lane.Select(l => l % 7 - 3 is var b && b == 0 ? 1_000_003 : b)];
    static readonly long[] LongA = [.. A.Select(a => a * 0x1_0000_0001L)];
    static readonly long[] LongB = [.. B.Select(b => (long)b << 13)];

    [Theory]
    [InlineData("add.s32")]
    [InlineData("sub.s32")]
    [InlineData("mul.lo.s32")]
    [InlineData("mul.hi.s32")]
    [InlineData("div.s32")]
    [InlineData("rem.s32")]
    [InlineData("min.s32")]
    [InlineData("max.s32")]
    [InlineData("and.b32")]
    [InlineData("or.b32")]
    [InlineData("xor.b32")]
    public void Signed_of_32_bits(string opcode) =>
        Fragment.Run<int>($"{opcode} %d, %a, %b;", A, B).Should().Equal(A.Zip(B, (a, b) => (int)Of(opcode, a, b, bits: 32)));

    [Theory]
    [InlineData("add.s64")]
    [InlineData("sub.s64")]
    [InlineData("mul.lo.s64")]
    [InlineData("mul.hi.s64")]
    [InlineData("div.s64")]
    [InlineData("rem.s64")]
    [InlineData("min.s64")]
    [InlineData("max.s64")]
    [InlineData("and.b64")]
    [InlineData("or.b64")]
    [InlineData("xor.b64")]
    public void Signed_of_64_bits(string opcode) =>
        Fragment.Run<long>($"{opcode} %d, %a, %b;", LongA, LongB).Should().Equal(LongA.Zip(LongB, (a, b) => (long)Of(opcode, a, b, bits: 64)));

    [Theory]
    [InlineData("div.u32")]
    [InlineData("rem.u32")]
    [InlineData("mul.hi.u32")]
    [InlineData("min.u32")]
    [InlineData("max.u32")]
    public void Unsigned_of_32_bits(string opcode)
    {
        uint[] a = [.. A.Select(x => (uint)x)], b = [.. B.Select(x => (uint)x)];
        Fragment.Run<uint>($"{opcode} %d, %a, %b;", a, b).Should().Equal(a.Zip(b, (x, y) => (uint)Of(opcode, x, y, bits: 32)));
    }

    [Theory]
    [InlineData("div.u64")]
    [InlineData("rem.u64")]
    [InlineData("mul.hi.u64")]
    public void Unsigned_of_64_bits(string opcode)
    {
        ulong[] a = [.. LongA.Select(x => (ulong)x)], b = [.. LongB.Select(x => (ulong)x)];
        Fragment.Run<ulong>($"{opcode} %d, %a, %b;", a, b).Should().Equal(a.Zip(b, (x, y) => (ulong)((UInt128)Of(opcode, x, y, bits: 64) & ulong.MaxValue)));
    }

    [Fact]
    public void Wide_products_have_twice_the_bits()
    {
        Fragment.Run<long>("mul.wide.s32 %d, %a, %b;", A, B).Should().Equal(A.Zip(B, (a, b) => (long)a * b));
        Fragment.Run<ulong>("mul.wide.u32 %d, %a, %b;", A, B).Should().Equal(A.Zip(B, (a, b) => (ulong)(uint)a * (uint)b));
        Fragment.Run<int>("mad.lo.s32 %d, %a, %b, %c;", A, B, A).Should().Equal(Fragment.Lane.Select(l => A[l] * B[l] + A[l]));
        Fragment.Run<long>("mad.lo.s64 %d, %a, %b, %c;", LongA, LongB, LongA).Should().Equal(Fragment.Lane.Select(l => LongA[l] * LongB[l] + LongA[l]));
    }

    [Fact]
    public void Shifts_beyond_the_width_leave_nothing_but_the_sign()
    {
        int[] by = [.. Fragment.Lane.Select(l => l * 3)];
        Fragment.Run<int>("shl.b32 %d, %a, %b;", A, by).Should().Equal(A.Zip(by, (a, s) => s > 31 ? 0 : a << s));
        Fragment.Run<int>("shr.s32 %d, %a, %b;", A, by).Should().Equal(A.Zip(by, (a, s) => a >> Math.Min(s, 31)));
        Fragment.Run<int>("shr.u32 %d, %a, %b;", A, by).Should().Equal(A.Zip(by, (a, s) => s > 31 ? 0 : (int)((uint)a >> s)));
        Fragment.Run<long>("shl.b64 %d, %a, %b;", LongA, by).Should().Equal(LongA.Zip(by, (a, s) => s > 63 ? 0 : a << s));
        Fragment.Run<long>("shr.s64 %d, %a, %b;", LongA, by).Should().Equal(LongA.Zip(by, (a, s) => a >> Math.Min(s, 63)));
        Fragment.Run<long>("shr.u64 %d, %a, %b;", LongA, by).Should().Equal(LongA.Zip(by, (a, s) => s > 63 ? 0 : (long)((ulong)a >> s)));
    }

    [Fact]
    public void Of_one_operand()
    {
        Fragment.Run<int>("not.b32 %d, %a;", A).Should().Equal(A.Select(a => ~a));
        Fragment.Run<int>("neg.s32 %d, %a;", A).Should().Equal(A.Select(a => unchecked(-a)));
        Fragment.Run<int>("abs.s32 %d, %a;", B).Should().Equal(B.Select(Math.Abs));
        Fragment.Run<long>("not.b64 %d, %a;", LongA).Should().Equal(LongA.Select(a => ~a));
    }

    [Theory]
    [InlineData("lt", true)]
    [InlineData("le", true)]
    [InlineData("gt", false)]
    [InlineData("ge", false)]
    public void Comparisons_know_the_sign(string comparison, bool isLess)
    {
        int[] negative = Fragment.All(-1), positive = Fragment.All(1);
        Fragment.Run<int>($"setp.{comparison}.s32 %p1, %a, %b;\nselp.s32 %d, 1, 0, %p1;", negative, positive).Should().OnlyContain(x => x == (isLess ? 1 : 0));
        Fragment.Run<int>($"setp.{comparison}.u32 %p1, %a, %b;\nselp.s32 %d, 1, 0, %p1;", negative, positive).Should().OnlyContain(x => x == (isLess ? 0 : 1));
        long[] longNegative = Fragment.All(-1L), longPositive = Fragment.All(1L);
        Fragment.Run<int>($"setp.{comparison}.s64 %p1, %a, %b;\nselp.s32 %d, 1, 0, %p1;", longNegative, longPositive).Should().OnlyContain(x => x == (isLess ? 1 : 0));
        Fragment.Run<int>($"setp.{comparison}.u64 %p1, %a, %b;\nselp.s32 %d, 1, 0, %p1;", longNegative, longPositive).Should().OnlyContain(x => x == (isLess ? 0 : 1));
    }

    static Int128 Of(string opcode, Int128 a, Int128 b, int bits)
    {
        string[] parts = opcode.Split('.');
        return parts[0] switch
        {
            "add" => Wrap(a + b, bits),
            "sub" => Wrap(a - b, bits),
            "mul" => parts[1] == "hi" ? Wrap(High(a, b, bits), bits, parts[2][0] == 's') : Wrap(unchecked(a * b), bits),
            "div" => Wrap(a / b, bits, parts[1][0] == 's'),
            "rem" => a % b,
            "min" => Int128.Min(a, b),
            "max" => Int128.Max(a, b),
            "and" => a & b,
            "or" => a | b,
            _ => a ^ b,
        };
    }

    // A product of two unsigned longs does not fit an Int128: its parts do.
    static Int128 High(Int128 a, Int128 b, int bits) => (Int128)(((System.Numerics.BigInteger)a * (System.Numerics.BigInteger)b) >> bits);

    static Int128 Wrap(Int128 x, int bits, bool isSigned = true) =>
        !isSigned ? x & ((Int128.One << bits) - 1) : bits == 32 ? unchecked((int)(long)(ulong)(x & ulong.MaxValue)) : unchecked((long)(ulong)(x & ulong.MaxValue));
}
