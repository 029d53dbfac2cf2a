using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using Nin.Ops;

namespace Nin.Kernels.Tests.Numerics;

public class Philox4x32Tests
{
    [Theory]
    [InlineData(0u, 0u, 0u, 0u, 0u, 0u, 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u)]
    [InlineData(~0u, ~0u, ~0u, ~0u, ~0u, ~0u, 0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu)]
    [InlineData(
        0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u, 0xa4093822u, 0x299f31d0u, 0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u)]
    public void Gives_the_known_answers_of_Random123(
        uint c0, uint c1, uint c2, uint c3, uint k0, uint k1, uint x0, uint x1, uint x2, uint x3) =>
        Philox4x32.Block(c0, c1, c2, c3, k0, k1).Should().Be(new PhiloxBlock(x0, x1, x2, x3));

    [Fact]
    public void Seed_is_the_key_and_the_rest_the_counter() =>
        Philox4x32.Block(0x299f31d0_a4093822UL, purpose: 0x03707344u, step: 0x13198a2eu, item: 0x243f6a88u, block: 0x85a308d3u)
            .Should().Be(new PhiloxBlock(0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u));

    [Fact]
    public void Unit_values_start_at_zero_and_never_reach_one()
    {
        Philox4x32.ToUnit(0).Should().Be(0);
        Philox4x32.ToUnit(uint.MaxValue).Should().Be(1 - MathF.Pow(2, -24)).And.BeLessThan(1);
        Philox4x32.ToUnit(0x80000000).Should().Be(0.5f);
    }

    [Theory]
    [InlineData(0u, 5u, 0u)]
    [InlineData(uint.MaxValue, 5u, 4u)]
    [InlineData(0x33333333u, 5u, 0u)]
    [InlineData(0x33333334u, 5u, 1u)]
    [InlineData(uint.MaxValue, 1u, 0u)]
    public void Bounded_values_split_the_range_evenly(uint bits, uint bound, uint expected) =>
        Philox4x32.ToBelow(bits, bound).Should().Be(expected);

    [Fact]
    public void A_kernel_draws_the_same_numbers_as_the_host()
    {
        using var context = Context.Create(builder => builder.CPU());
        using Accelerator accelerator = context.CreateCPUAccelerator(0);
        using MemoryBuffer1D<float, Stride1D.Dense> units = accelerator.Allocate1D<float>(64);
        using MemoryBuffer1D<uint, Stride1D.Dense> words = accelerator.Allocate1D<uint>(64);
        accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<float>, ArrayView<uint>, ulong>(Draw)(
            64, units.View, words.View, 0xfedcba9876543210UL);
        accelerator.Synchronize();

        float[] gotUnits = units.GetAsArray1D();
        uint[] gotWords = words.GetAsArray1D();
        for (uint i = 0; i < 64; i++)
        {
            PhiloxBlock want = Philox4x32.Block(0xfedcba9876543210UL, 7, 3, i, 1);
            gotUnits[i].Should().Be(Philox4x32.ToUnit(want.X0));
            gotWords[i].Should().Be(want.X3 ^ Philox4x32.ToBelow(want.X1, 1000));
        }
    }

    static void Draw(Index1D i, ArrayView<float> units, ArrayView<uint> words, ulong seed)
    {
        PhiloxBlock block = Philox4x32.Block(seed, 7, 3, (uint)i.X, 1);
        units[i] = Philox4x32.ToUnit(block.X0);
        words[i] = block.X3 ^ Philox4x32.ToBelow(block.X1, 1000);
    }
}
