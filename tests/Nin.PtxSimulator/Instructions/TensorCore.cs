using System.Numerics;
using System.Runtime.Intrinsics;
using Nin.PtxSimulator.Execution;

namespace Nin.PtxSimulator.Instructions;

/// <summary>
/// mma.sync.aligned.m16n8k8 of TF32 (PTX ISA 8.0, section 9.7.13.4.4). Lane l holds, with g = l / 4 and t = l % 4: of A (16x8) the elements (g, t),
/// (g + 8, t), (g, t + 4), (g + 8, t + 4); of B (8x8) (t, g) and (t + 4, g); of C and D (16x8) (g, 2t), (g, 2t + 1), (g + 8, 2t), (g + 8, 2t + 1).
/// Operands lose their lower 13 bits. Products are exact; four at a time are added to the accumulator and the sum is cut off at float32, as
/// Fasi et al. (2021), <i>Numerical behavior of NVIDIA tensor cores</i>, found on devices.
/// </summary>
static unsafe class TensorCore
{
    const int M = 16, N = 8, K = 8, Step = 4;
    const uint Significant = ~0x1FFFu;

    public static void MultiplyAdd(Warp w, Instruction* i)
    {
        if (w.Mask != Warp.Full) throw w.Fault(FaultKind.Synccheck, i, $"an instruction of the whole warp that {BitOperations.PopCount(w.Mask)} threads reach");
        byte* r = w.Registers;
        double* a = stackalloc double[M * K], b = stackalloc double[K * N];
        double* c = stackalloc double[M * N];
        for (int lane = 0; lane < Warp.Lanes; lane++)
        {
            int g = lane >> 2, t = lane & 3;
            a[g * K + t] = Tf32(r + i->A, lane);
            a[(g + 8) * K + t] = Tf32(r + i->A1, lane);
            a[g * K + t + 4] = Tf32(r + i->A2, lane);
            a[(g + 8) * K + t + 4] = Tf32(r + i->A3, lane);
            b[t * N + g] = Tf32(r + i->B, lane);
            b[(t + 4) * N + g] = Tf32(r + i->B1, lane);
            c[g * N + 2 * t] = Float(r + i->C, lane);
            c[g * N + 2 * t + 1] = Float(r + i->C1, lane);
            c[(g + 8) * N + 2 * t] = Float(r + i->C2, lane);
            c[(g + 8) * N + 2 * t + 1] = Float(r + i->C3, lane);
        }

        for (int m = 0; m < M; m++)
        {
            for (int n = 0; n < N; n += 4)
            {
                Vector256<double> sum = Vector256.Load(c + m * N + n);
                for (int k = 0; k < K; k += Step)
                {
                    for (int s = k; s < k + Step; s++) sum += Vector256.Create(a[m * K + s]) * Vector256.Load(b + s * N + n);
                    sum = CutOff(sum);
                }

                sum.Store(c + m * N + n);
            }
        }

        for (int lane = 0; lane < Warp.Lanes; lane++)
        {
            int g = lane >> 2, t = lane & 3;
            ((float*)(r + i->D))[lane] = (float)c[g * N + 2 * t];
            ((float*)(r + i->D1))[lane] = (float)c[g * N + 2 * t + 1];
            ((float*)(r + i->D2))[lane] = (float)c[(g + 8) * N + 2 * t];
            ((float*)(r + i->D3))[lane] = (float)c[(g + 8) * N + 2 * t + 1];
        }
    }

    // 24 bits of a double's 53 stay. Below float32's normal numbers this keeps more than a device would.
    static Vector256<double> CutOff(Vector256<double> x) => (x.AsUInt64() & Vector256.Create(~((1UL << 29) - 1))).AsDouble();

    static double Tf32(byte* place, int lane) => BitConverter.UInt32BitsToSingle(((uint*)place)[lane] & Significant);

    static double Float(byte* place, int lane) => ((float*)place)[lane];
}
