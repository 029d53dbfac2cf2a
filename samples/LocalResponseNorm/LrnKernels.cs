using ILGPU;
using ILGPU.Algorithms;

namespace Nin.Samples;

/// <summary>ILGPU kernels, one thread an element. With <c>s = k + alpha sum x^2</c>: <c>y = x s^-beta</c>.</summary>
static class LrnKernels
{
    /// <summary>Writes <c>y</c> and <c>s</c>.</summary>
    public static void Forward(WindowNumbers w, long length, ArrayView<float> x, ArrayView<float> y, ArrayView<float> s)
    {
        for (long i = KernelThread.Index; i < length; i += KernelThread.Stride)
        {
            int c = (int)(i % w.Channels);
            long first = i - c;
            int from = XMath.Max(0, c - w.Before), to = XMath.Min(w.Channels - 1, c + w.After);
            float sum = 0;
            for (int j = from; j <= to; j++) sum += x[first + j] * x[first + j];
            float scale = w.K + w.Alpha * sum;
            s[i] = scale;
            y[i] = x[i] * Power(scale, -w.Beta);
        }
    }

    /// <summary><c>t[c] = dy[c] x[c] s[c]^(-beta - 1)</c>: what an output contributes through its sum.</summary>
    public static void Terms(WindowNumbers w, long length, ArrayView<float> x, ArrayView<float> s, ArrayView<float> dy, ArrayView<float> t)
    {
        for (long i = KernelThread.Index; i < length; i += KernelThread.Stride) t[i] = dy[i] * x[i] * Power(s[i], -w.Beta - 1);
    }

    /// <summary><c>dx[j] = dy[j] s[j]^-beta - 2 alpha beta x[j] sum t[c]</c>, over the outputs c whose window holds j.</summary>
    public static void Backward(
        WindowNumbers w, long length, ArrayView<float> x, ArrayView<float> s, ArrayView<float> dy, ArrayView<float> t, ArrayView<float> dx)
    {
        for (long i = KernelThread.Index; i < length; i += KernelThread.Stride)
        {
            int j = (int)(i % w.Channels);
            long first = i - j;
            // The window of c holds j where j - After <= c <= j + Before: the mirror image of the forward pass.
            int from = XMath.Max(0, j - w.After), to = XMath.Min(w.Channels - 1, j + w.Before);
            float sum = 0;
            for (int c = from; c <= to; c++) sum += t[first + c];
            float gradient = dy[i] * Power(s[i], -w.Beta) - 2 * w.Alpha * w.Beta * x[i] * sum;
            dx[i] = w.Accumulate != 0 ? dx[i] + gradient : gradient;
        }
    }

    // The base is above 0.
    static float Power(float x, float exponent) => XMath.Exp(exponent * XMath.Log(x));
}
