using Nin.TestKit;

namespace Nin.Cuda.Tests.Instructions;

/// <summary>The lane layout of mma.sync.m16n8k8 (PTX ISA, "Matrix fragments for mma.m16n8k8"), and its rounding.</summary>
public sealed class TensorCoreTests
{
    const int M = 16, N = 8, K = 8;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_product_of_tiles(int part)
    {
        float[] a = RandomData.Normal(1, M * K), b = RandomData.Normal(2, K * N), c = RandomData.Normal(3, M * N);
        float[] got = Product(a, b, c, part);
        for (int lane = 0; lane < Fragment.Lanes; lane++)
        {
            int group = lane / 4, row = part < 2 ? group : group + 8, column = lane % 4 * 2 + part % 2;
            double want = c[row * N + column], size = Math.Abs(want);
            for (int k = 0; k < K; k++)
            {
                double product = Cut(a[row * K + k]) * Cut(b[k * N + column]);
                want += product;
                size += Math.Abs(product);
            }

            // Two sums, each cut off at 24 bits, of which an intermediate one may be the largest.
            Math.Abs(got[lane] - want).Should().BeLessThanOrEqualTo(2 * Math.Pow(2, -23) * size, "row {0}, column {1}", row, column);
        }
    }

    [Fact]
    public void Sums_are_cut_off_and_not_rounded()
    {
        // 1 + 2^-24 + 2^-25: the nearest float is 1 + 2^-23, cut off it is 1.
        float[] a = new float[M * K], b = new float[K * N], c = new float[M * N];
        Array.Fill(c, 1f);
        for (int m = 0; m < M; m++) (a[m * K], a[m * K + 1]) = (MathF.Pow(2, -12), MathF.Pow(2, -12));
        for (int n = 0; n < N; n++) (b[n], b[N + n]) = (MathF.Pow(2, -12), MathF.Pow(2, -13));
        Product(a, b, c, part: 0).Should().OnlyContain(x => x == 1);
    }

    /// <summary>One of the four results of each lane.</summary>
    static float[] Product(float[] a, float[] b, float[] c, int part)
    {
        // A fragment has three operands and the instruction ten numbers a lane: they are written out, each lane's under a guard.
        float[][] operands = [.. Enumerable.Range(0, 10).Select(o => Fragment.Lane.Select(l => Element(o, l)).ToArray())];
        var text = new System.Text.StringBuilder();
        for (int o = 0; o < 10; o++)
        {
            text.AppendLine($"mov.f32 %f{o}, 0f00000000;");
            for (int l = 0; l < Fragment.Lanes; l++)
                text.AppendLine($"setp.eq.s32 %p1, %a, {l};\n@%p1 mov.f32 %f{o}, 0f{BitConverter.SingleToUInt32Bits(operands[o][l]):X8};");
            text.AppendLine($"mov.b32 %m{o}, %f{o};");
        }

        string registers = string.Join("\n", Enumerable.Range(0, 10).Select(o => $".reg .b32 %m{o};"));
        string results = string.Join("\n", Enumerable.Range(0, 4).Select(o => $".reg .f32 %s{o};"));
        return Fragment.Run<float>(
            $$"""
            {{registers}}
            {{results}}
            {{text}}
            mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%s0, %s1, %s2, %s3}, {%m0, %m1, %m2, %m3}, {%m4, %m5}, {%f6, %f7, %f8, %f9};
            mov.f32 %d, %s{{part}};
            """,
            Fragment.Lane);

        float Element(int operand, int lane)
        {
            int group = lane / 4, thread = lane % 4;
            return operand switch
            {
                < 4 => a[(operand % 2 == 0 ? group : group + 8) * K + (operand < 2 ? thread : thread + 4)],
                < 6 => b[(operand == 4 ? thread : thread + 4) * N + group],
                _ => c[(operand < 8 ? group : group + 8) * N + thread * 2 + operand % 2],
            };
        }
    }

    static double Cut(float x) => BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(x) & ~0x1FFFu);
}
