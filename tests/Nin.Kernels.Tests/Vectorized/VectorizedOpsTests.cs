using System.Runtime.InteropServices;
using Nin.TestKit;

namespace Nin.Tests.Vectorized;

public sealed class VectorizedOpsTests
{
    // Three slices and several chunks; registers that are full, partial, single.
    static readonly int[] ChannelCounts = [1, 10, 37, 134];

    public static TheoryData<string> All => [.. OpRuns.All.Keys];

    public static TheoryData<string> Channelwise => [.. OpRuns.Channelwise];

    [Theory]
    [MemberData(nameof(All))]
    public void Bits_depend_neither_on_the_threads_nor_on_the_width_of_the_registers(string op)
    {
        foreach (int channels in ChannelCounts)
        {
            (float[] Values, int Channels)[] want = OpRun.Outputs(op, 128, 1, 20, channels);
            // Each width and each number of threads once: one that mattered beside the other would show.
            var runs = OpRun.Widths.Select(width => (Width: width, Threads: 1)).Concat(new[] { 2, 4 }.Select(threads => (Width: OpRun.Widths[^1], Threads: threads)));
            foreach (var (width, threads) in runs.Skip(1))
            {
                Same(OpRun.Outputs(op, width, threads, 20, channels), want, $"{channels} channels, {width} bits, {threads} threads");
            }
        }
    }

    [Theory]
    [InlineData("PointwiseMlpBackward False")]
    [InlineData("PointwiseMlpBackward True")]
    public void Slices_that_are_too_few_for_the_threads_give_the_bits_of_one_thread(string op)
    {
        foreach (int width in OpRun.Widths)
        {
            foreach (int n in new[] { 3, 8, 41 })
            {
                Same(OpRun.Outputs(op, width, 16, n, 37), OpRun.Outputs(op, width, 1, n, 37), $"{n} examples, {width} bits");
            }
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Bits_do_not_depend_on_the_alignment_of_operands(string op)
    {
        (float[] Values, int Channels)[] want = OpRun.Outputs(op, OpRun.Widths[^1], 1, 9, 21);
        for (int lead = 1; lead < 17; lead++)
        {
            Same(OpRun.Outputs(op, OpRun.Widths[^1], 1, 9, 21, lead), want, $"{lead} elements after an aligned address");
        }
    }

    [Theory]
    [MemberData(nameof(Channelwise))]
    public void A_channel_has_the_same_bits_wherever_it_falls_in_a_register(string op)
    {
        foreach (int width in OpRun.Widths)
        {
            (float[] Values, int Channels)[] wide = OpRun.Outputs(op, width, 1, 9, 67);
            for (int channels = 1; channels < 67; channels += channels < 18 ? 1 : 12)
            {
                (float[] Values, int Channels)[] narrow = OpRun.Outputs(op, width, 1, 9, channels);
                Same(narrow, [.. wide.Select(output => (FirstChannels(output.Values, 67, channels), channels))], $"{channels} of 67 channels");
            }
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_call_allocates_nothing(string op)
    {
        using var run = new OpRun(OpRun.Widths[^1], 2, 20, 37);
        Allocations.OnThread(20, OpRuns.All[op](run)).Should().Be(0);
    }

    static float[] FirstChannels(float[] values, int channels, int kept) => [.. values.Where((_, i) => i % channels < kept)];

    static void Same((float[] Values, int Channels)[] got, (float[] Values, int Channels)[] want, string because)
    {
        got.Length.Should().Be(want.Length);
        for (int output = 0; output < want.Length; output++)
        {
            want[output].Values.Should().NotContain(float.NaN);
            ReadOnlySpan<uint> gotBits = MemoryMarshal.Cast<float, uint>(got[output].Values);
            ReadOnlySpan<uint> wantBits = MemoryMarshal.Cast<float, uint>(want[output].Values);
            gotBits.Length.Should().Be(wantBits.Length);
            int first = gotBits.CommonPrefixLength(wantBits);
            first.Should().Be(wantBits.Length, $"output {output} has the same bits with {because}");
        }
    }
}
