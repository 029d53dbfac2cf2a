namespace Nin.Data;

/// <summary>Which inputs one axis of a resize reads for each output, and with what weights.</summary>
/// <remarks>
/// The triangle filter of Pillow (<c>src/libImaging/Resample.c</c>, precompute_coeffs): centre <c>(o + 1/2) n / m</c>, half-width 1
/// pixel where the image grows and n / m where it shrinks; what lies outside is left out and the rest made to sum to 1. Growing, that
/// is plain bilinear interpolation with half-pixel centres and clamped edges.
/// </remarks>
sealed class ResizeTaps
{
    public ResizeTaps(int inputs, int outputs)
    {
        double scale = (double)inputs / outputs;
        double stretch = Math.Max(scale, 1);
        Count = Math.Min(inputs, scale <= 1 ? 2 : 2 * (int)Math.Ceiling(stretch) + 1);
        First = new int[outputs];
        Weights = new float[outputs * Count];
        double[] row = new double[Count];
        for (int o = 0; o < outputs; o++)
        {
            double centre = (o + 0.5) * scale;
            First[o] = Math.Clamp((int)Math.Floor(centre - stretch + 0.5), 0, inputs - Count);
            double sum = 0;
            for (int t = 0; t < Count; t++)
                sum += row[t] = Math.Max(0, 1 - Math.Abs(First[o] + t + 0.5 - centre) / stretch);
            for (int t = 0; t < Count; t++)
                Weights[o * Count + t] = (float)(row[t] / sum);
        }
    }

    /// <summary>Inputs read for each output.</summary>
    public int Count { get; }

    /// <summary>The first input read, for each output.</summary>
    public int[] First { get; }

    /// <summary>Weights <c>[outputs, Count]</c>.</summary>
    public float[] Weights { get; }
}
