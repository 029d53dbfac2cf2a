namespace Nin.Cuda.Tests.Instructions;

/// <summary>Conversions between integers and float32, and the rounding to TF32.</summary>
public sealed class ConversionTests
{
    static readonly float[] Floats =
        [.. Fragment.Lane.Select(l => l switch { 0 => float.NaN, 1 => 1e20f, 2 => -1e20f, 3 => 2.5f, 4 => -2.5f, 5 => 3.5f, 6 => float.NegativeInfinity, _ => (l - 16) * 1234.56f })];

    static readonly int[] Ints = [.. Fragment.Lane.Select(l => l switch { 0 => int.MinValue, 1 => int.MaxValue, 2 => 16_777_217, _ => (l - 15) * 99_999_999 })];

    [Fact]
    public void Integers_widen_by_their_sign_and_are_cut_off()
    {
        Fragment.Run<long>("cvt.s64.s32 %d, %a;", Ints).Should().Equal(Ints.Select(a => (long)a));
        Fragment.Run<long>("cvt.u64.u32 %d, %a;", Ints).Should().Equal(Ints.Select(a => (long)(uint)a));
        Fragment.Run<int>("cvt.s32.s64 %d, %a;", Ints.Select(a => a * 3L).ToArray()).Should().Equal(Ints.Select(a => unchecked(a * 3)));
        Fragment.Run<int>("cvt.s32.s8 %d, %a;", Ints).Should().Equal(Ints.Select(a => (int)(sbyte)a));
        Fragment.Run<int>("cvt.u32.u16 %d, %a;", Ints).Should().Equal(Ints.Select(a => (int)(ushort)a));
    }

    [Fact]
    public void Integers_become_the_nearest_float()
    {
        Fragment.Run<float>("cvt.rn.f32.s32 %d, %a;", Ints).Should().Equal(Ints.Select(a => (float)a));
        Fragment.Run<float>("cvt.rn.f32.u32 %d, %a;", Ints).Should().Equal(Ints.Select(a => (float)(uint)a));
        Fragment.Run<float>("cvt.rn.f32.s64 %d, %a;", Ints.Select(a => a * 1_000_003L).ToArray()).Should().Equal(Ints.Select(a => (float)(a * 1_000_003L)));
    }

    [Fact]
    public void Floats_are_cut_off_and_saturate() =>
        Fragment.Run<int>("cvt.rzi.s32.f32 %d, %a;", Floats).Should().Equal(Floats.Select(a =>
            float.IsNaN(a) ? 0 : (int)Math.Clamp(Math.Truncate((double)a), int.MinValue, int.MaxValue)));

    [Theory]
    [InlineData("rni")]
    [InlineData("rmi")]
    [InlineData("rpi")]
    [InlineData("rzi")]
    public void Floats_round_to_whole_numbers(string rounding)
    {
        Func<float, float> of = rounding switch { "rni" => a => MathF.Round(a, MidpointRounding.ToEven), "rmi" => MathF.Floor, "rpi" => MathF.Ceiling, _ => MathF.Truncate };
        Fragment.Run<float>($"cvt.{rounding}.f32.f32 %d, %a;", Floats).Should().Equal(Floats.Select(of));
    }

    [Theory]
    [InlineData(1f, 1f)]
    [InlineData(1f + 1f / 2048, 1f + 1f / 1024)]
    [InlineData(-1f - 1f / 2048, -1f - 1f / 1024)]
    [InlineData(1f + 1f / 4096, 1f)]
    [InlineData(float.PositiveInfinity, float.PositiveInfinity)]
    public void Tf32_is_the_nearest_and_ties_go_away_from_zero(float value, float want) =>
        Fragment.Run<uint>("cvt.rna.tf32.f32 %d, %a;", Fragment.All(value)).Should().OnlyContain(bits => bits == BitConverter.SingleToUInt32Bits(want));
}
