using Nin.Ops;
using Nin.TestKit;

namespace Nin.Kernels.Tests.Conformance;

public abstract partial class ConformanceTests<TDevice>
{
    public static TheoryData<float, int, int> Masks => new()
    {
        { 0.5f, 1, 1 }, { 0.5f, 2, 37 }, { 0.3f, 9, 66 }, { 0.9f, 3, 255 }, { 0, 3, 10 }, { 1, 3, 10 }, { 0.25f, 17, 4 },
    };

    [DeviceTheory, MemberData(nameof(Masks))]
    public void Dropout_has_the_bits_of_the_reference_generator(float p, int n, int length)
    {
        var key = new DropoutKey(p, 0xFEDC_BA98_7654_3210, Layer: 258, Step: 7, FirstExample: 1000);
        float[] x = RandomData.Normal(1, n * length), before = RandomData.Normal(2, n * length);
        bool[] kept = Kept(key, n, length);
        Operand y = Out(n * length), inPlace = Over(x), added = Over(before);
        Op<IDropout>().Run(Stream, key, length, n, In(x), y, accumulate: false);
        Op<IDropout>().Run(Stream, key, length, n, inPlace, inPlace, accumulate: false);
        Op<IDropout>().Run(Stream, key, length, n, In(x), added, accumulate: true);

        float scale = 1 / (1 - p);
        y.Read().Should().Equal(x.Zip(kept, (v, keep) => keep ? v * scale : 0));
        inPlace.Read().Should().Equal(y.Read());
        Oracle want = ReferenceDropout.Forward(x.Widen(), kept, p);
        Comparison.Agree(y.Read(), want, "y");
        Comparison.Agree(added.Read(), want.AddedTo(before.Widen()), "y, accumulated");
    }

    [DeviceTheory, InlineData(5), InlineData(64)]
    public void Dropout_does_not_depend_on_where_a_batch_is_split(int length)
    {
        var key = new DropoutKey(0.4f, 3, Layer: 256, Step: 2, FirstExample: 0);
        float[] x = RandomData.Normal(1, 9 * length);
        Operand whole = Out(9 * length), split = Out(9 * length), input = In(x);
        Op<IDropout>().Run(Stream, key, length, 9, input, whole, accumulate: false);
        foreach ((int first, int n) in new[] { (0, 2), (2, 7) })
        {
            DeviceView part = input.View.Slice(first * length, n * length), target = split.View.Slice(first * length, n * length);
            Op<IDropout>().Run(Stream, key with { FirstExample = first }, length, n, part, target, accumulate: false);
        }

        split.Read().Should().Equal(whole.Read());
    }

    static bool[] Kept(DropoutKey key, int n, int length)
    {
        var kept = new bool[n * length];
        uint[] seed = [(uint)key.Seed, (uint)(key.Seed >> 32)];
        for (int i = 0; i < kept.Length; i++)
        {
            (int example, int e) = (i / length, i % length);
            uint[] words = ReferencePhilox.Words([(uint)e / 4, (uint)(key.FirstExample + example), (uint)key.Step, (uint)key.Layer], seed);
            kept[i] = (words[e % 4] >> 8) / (double)(1 << 24) >= key.Probability;
        }

        return kept;
    }
}
