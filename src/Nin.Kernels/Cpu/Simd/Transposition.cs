using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Nin.Ops;

/// <summary>Blocks of memory whose rows become columns: four by four, so that each cache line is read as a whole and at once.</summary>
static unsafe class Transposition
{
    const int Side = 4;

    static bool HasInterleave => Sse.IsSupported || AdvSimd.Arm64.IsSupported;

    /// <summary><c>to[column, row] = from[row, column]</c>.</summary>
    /// <param name="from">The first row.</param>
    /// <param name="fromStep">Floats to the next row.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="to">Where the first column goes.</param>
    /// <param name="toStep">Floats to the place of the next column.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(float* from, nint fromStep, int rows, int columns, float* to, nint toStep)
    {
        int row = 0;
        for (; HasInterleave && row <= rows - Side; row += Side, from += Side * fromStep, to += Side)
        {
            int column = 0;
            for (; column <= columns - Side; column += Side) Square(from + column, fromStep, to + column * toStep, toStep);
            Each(from, fromStep, Side, column, columns, to, toStep);
        }

        Each(from, fromStep, rows - row, 0, columns, to, toStep);
    }

    static void Each(float* from, nint fromStep, int rows, int first, int columns, float* to, nint toStep)
    {
        for (int row = 0; row < rows; row++)
            for (int column = first; column < columns; column++) to[column * toStep + row] = from[row * fromStep + column];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Square(float* from, nint fromStep, float* to, nint toStep)
    {
        Vector128<float> a = Vector128.Load(from), b = Vector128.Load(from + fromStep), c = Vector128.Load(from + 2 * fromStep), d = Vector128.Load(from + 3 * fromStep);
        // a0 c0 a1 c1, b0 d0 b1 d1: interleaved once more they are columns.
        Vector128<float> ac = Low(a, c), bd = Low(b, d);
        Low(ac, bd).Store(to);
        High(ac, bd).Store(to + toStep);
        (ac, bd) = (High(a, c), High(b, d));
        Low(ac, bd).Store(to + 2 * toStep);
        High(ac, bd).Store(to + 3 * toStep);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<float> Low(Vector128<float> even, Vector128<float> odd) => Sse.IsSupported ? Sse.UnpackLow(even, odd) : AdvSimd.Arm64.ZipLow(even, odd);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<float> High(Vector128<float> even, Vector128<float> odd) => Sse.IsSupported ? Sse.UnpackHigh(even, odd) : AdvSimd.Arm64.ZipHigh(even, odd);
}
