using Nin.Ops;
using Nin.TestKit;

namespace Nin.Kernels.Tests.Conformance;

public abstract partial class ConformanceTests<TDevice>
{
    [DeviceTheory, MemberData(nameof(Activations))]
    public void Transpose(Norm2dCase s)
    {
        float[] x = RandomData.Normal(1, s.Length), before = RandomData.Normal(2, s.Length);
        Operand input = In(Nhwc(s, x)), back = Out(s.Length);
        foreach (bool accumulate in Both)
        {
            Operand y = Target(accumulate, before);
            Op<ITranspose>().Run(Stream, s.Plane, s.Channels, s.Batch, input, y, accumulate);
            Comparison.Agree(y.Read(), Wanted(accumulate, Oracle.Exact(x.Widen()), before), $"y, accumulate {accumulate}");
        }

        Op<ITranspose>().Run(Stream, s.Channels, s.Plane, s.Batch, In(x), back, accumulate: false);
        back.Read().Should().Equal(Nhwc(s, x), "the transposition back is its own gradient");
    }

    [DeviceTheory, MemberData(nameof(Activations))]
    public void CopyBlock_puts_channels_side_by_side_and_takes_them_apart(Norm2dCase s)
    {
        foreach (bool accumulate in Both)
        {
            foreach (int first in new[] { 0, 3 })
            {
                CopyBlockAgrees(s, joined: s.Channels + 5, first, accumulate);
            }
        }
    }

    void CopyBlockAgrees(Norm2dCase s, int joined, int first, bool accumulate)
    {
        int rows = s.Batch * s.Plane, columns = s.Channels;
        float[] narrow = RandomData.Normal(1, rows * columns), wide = RandomData.Normal(2, rows * joined);
        Operand intoWide = Over(wide), intoNarrow = Target(accumulate, narrow);
        int length = rows * joined - first;
        var op = Op<ICopyBlock>();
        op.Run(Stream, new Block2d(rows, columns, columns, joined), In(narrow), intoWide.View.Slice(first, length), accumulate);
        op.Run(Stream, new Block2d(rows, columns, joined, columns), In(wide).View.Slice(first, length), intoNarrow, accumulate);

        float[] wantWide = [.. wide], wantNarrow = [.. narrow];
        for (int i = 0; i < narrow.Length; i++)
        {
            int at = i / columns * joined + first + i % columns;
            wantWide[at] = narrow[i] + (accumulate ? wide[at] : 0);
            wantNarrow[i] = wide[at] + (accumulate ? narrow[i] : 0);
        }

        intoWide.Read().Should().Equal(wantWide, "what lies beside the block stays");
        intoNarrow.Read().Should().Equal(wantNarrow);
    }
}
