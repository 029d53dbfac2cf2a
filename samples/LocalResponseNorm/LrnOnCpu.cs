using System.Numerics;

namespace Nin.Samples;

/// <summary>The forward pass in vectorised managed code, for device <c>cpu</c>: one piece per row of pixels, with a pixel's channels contiguous.</summary>
readonly struct ForwardOnCpu(Pass pass, WindowNumbers w, int row, DeviceView x, DeviceView y, DeviceView s) : IPieces
{
    public void Run(int piece)
    {
        ReadOnlySpan<float> input = pass.Span(x).Slice(piece * row, row);
        Span<float> output = pass.Span(y).Slice(piece * row, row), scales = pass.Span(s).Slice(piece * row, row);
        for (int i = 0; i < row; i++)
        {
            int c = i % w.Channels, first = i - c, to = first + Math.Min(w.Channels - 1, c + w.After);
            float sum = 0;
            for (int j = first + Math.Max(0, c - w.Before); j <= to; j++) sum += input[j] * input[j];
            scales[i] = w.K + w.Alpha * sum;
        }

        Power.Multiply(input, scales, -w.Beta, output);
    }
}

/// <summary>The gradient, by the same rule as the kernels'.</summary>
readonly struct BackwardOnCpu(
    Pass pass, WindowNumbers w, int row, DeviceView x, DeviceView s, DeviceView dy, DeviceView t, DeviceView dx, bool accumulate) : IPieces
{
    public void Run(int piece)
    {
        ReadOnlySpan<float> input = pass.Span(x).Slice(piece * row, row), scales = pass.Span(s).Slice(piece * row, row);
        Span<float> gradient = pass.Span(dy).Slice(piece * row, row), terms = pass.Span(t).Slice(piece * row, row);
        Span<float> target = pass.Span(dx).Slice(piece * row, row);
        Power.Multiply(gradient, scales, -w.Beta - 1, terms);
        for (int i = 0; i < row; i++) terms[i] *= input[i];
        // A step may overwrite the gradient of its output.
        Power.Multiply(gradient, scales, -w.Beta, gradient);
        for (int i = 0; i < row; i++)
        {
            int j = i % w.Channels, first = i - j, to = first + Math.Min(w.Channels - 1, j + w.Before);
            float sum = 0;
            for (int c = first + Math.Max(0, j - w.After); c <= to; c++) sum += terms[c];
            float value = gradient[i] - 2 * w.Alpha * w.Beta * input[i] * sum;
            target[i] = accumulate ? target[i] + value : value;
        }
    }
}

/// <summary><c>target = factor base^exponent</c>, a vector at a time.</summary>
static class Power
{
    public static void Multiply(ReadOnlySpan<float> factor, ReadOnlySpan<float> bases, float exponent, Span<float> target)
    {
        int i = 0;
        for (; i <= target.Length - Vector<float>.Count; i += Vector<float>.Count)
            (new Vector<float>(factor[i..]) * Vector.Exp(Vector.Log(new Vector<float>(bases[i..])) * exponent)).CopyTo(target[i..]);
        for (; i < target.Length; i++) target[i] = factor[i] * MathF.Pow(bases[i], exponent);
    }
}
