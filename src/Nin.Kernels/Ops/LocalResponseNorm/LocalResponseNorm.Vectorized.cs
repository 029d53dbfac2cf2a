using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nin.Ops;

/// <summary>
/// Pixels in pieces. The squares of a pixel lie in scratch of the thread's own between zeros, so that a window is as many loads at one distance from each
/// other, at the first and last channels too.
/// </summary>
sealed unsafe class LocalResponseNormForwardVectorized(CpuDevice device) : ILocalResponseNormForward
{
    public void Run(DeviceStream stream, in ResponseWindow window, long pixels, DeviceView x, DeviceView y, DeviceView s)
    {
        var row = new ResponseRow(window);
        var scratch = stream.Scratch(device.Pool.Threads * row.Length);
        var job = new Job(row, pixels, x.Pointer, y.Pointer, s.Pointer, scratch.Pointer);
        device.Pool.Run(row.Pieces(pixels), ref job);
    }

    readonly struct Job(ResponseRow row, long pixels, float* x, float* y, float* s, float* scratch) : IJob
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Execute(int index, int worker)
        {
            var w = row.Window;
            float* squares = row.Begin(scratch, worker, w.Before);
            var (first, end) = row.PixelsOf(index, pixels);
            for (long at = first * w.Channels; at < end * w.Channels; at += w.Channels)
            {
                for (int c = 0; c < w.Channels; c += Vector<float>.Count)
                {
                    var value = row.Load(x + at, c);
                    row.Store(value * value, squares, c);
                }

                for (int c = 0; c < w.Channels; c += Vector<float>.Count)
                {
                    var scale = Vector.Create(w.K) + w.Alpha * row.Sum(squares - w.Before + c);
                    if (s != null) row.Store(scale, s + at, c);
                    row.Store(row.Load(x + at, c) * ResponseRow.Power(scale, -w.Beta), y + at, c);
                }
            }
        }
    }
}

/// <summary>The same for the backward pass: the terms t of a pixel lie between zeros.</summary>
sealed unsafe class LocalResponseNormBackwardVectorized(CpuDevice device) : ILocalResponseNormBackward
{
    public void Run(
        DeviceStream stream, in ResponseWindow window, long pixels, DeviceView x, DeviceView s, DeviceView dy, DeviceView dx, bool accumulate)
    {
        var row = new ResponseRow(window);
        var scratch = stream.Scratch(device.Pool.Threads * row.Length);
        var job = new Job(row, pixels, x.Pointer, s.Pointer, dy.Pointer, dx.Pointer, accumulate, scratch.Pointer);
        device.Pool.Run(row.Pieces(pixels), ref job);
    }

    readonly struct Job(ResponseRow row, long pixels, float* x, float* s, float* dy, float* dx, bool accumulate, float* scratch) : IJob
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Execute(int index, int worker)
        {
            var w = row.Window;
            float* terms = row.Begin(scratch, worker, w.After);
            var (first, end) = row.PixelsOf(index, pixels);
            for (long at = first * w.Channels; at < end * w.Channels; at += w.Channels)
            {
                for (int c = 0; c < w.Channels; c += Vector<float>.Count)
                    row.Store(row.Load(dy + at, c) * row.Load(x + at, c) * ResponseRow.Power(row.Load(s + at, c, beyond: 1), -w.Beta - 1), terms, c);

                for (int c = 0; c < w.Channels; c += Vector<float>.Count)
                {
                    // dx may be dy, of which only these elements are read from here on.
                    var gradient = row.Load(dy + at, c) * ResponseRow.Power(row.Load(s + at, c, beyond: 1), -w.Beta)
                        - 2 * w.Alpha * w.Beta * row.Load(x + at, c) * row.Sum(terms - w.After + c);
                    row.Store(accumulate ? row.Load(dx + at, c) + gradient : gradient, dx + at, c);
                }
            }
        }
    }
}

/// <summary>A pixel's channels between zeros for the window, in vectors of which the last may be part.</summary>
readonly unsafe struct ResponseRow(ResponseWindow window)
{
    public ResponseWindow Window => window;

    /// <summary>Floats for a pixel of one thread: zeros, channels, and zeros to where the last vector of the last window ends.</summary>
    public long Length => window.Size - 1 + (window.Channels / Vector<float>.Count + 1) * Vector<float>.Count;

    int Pixels => Math.Max(1, Chunk.Length / window.Channels);

    public int Pieces(long pixels) => checked((int)((pixels + Pixels - 1) / Pixels));

    public (long First, long End) PixelsOf(int piece, long pixels) => ((long)piece * Pixels, Math.Min(((long)piece + 1) * Pixels, pixels));

    /// <summary>The place of the first channel in a thread's scratch, after so many zeros.</summary>
    public float* Begin(float* scratch, int worker, int before)
    {
        float* start = scratch + worker * Length;
        new Span<float>(start, (int)Length).Clear();
        return start + before;
    }

    /// <summary>The sums of the windows that begin at the elements of a vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector<float> Sum(float* first)
    {
        var sum = Vector<float>.Zero;
        for (int j = 0; j < window.Size; j++) sum += Vector.Load(first + j);
        return sum;
    }

    /// <summary>The channels from <paramref name="c"/> on; what would be beyond the last has one value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector<float> Load(float* channels, int c, float beyond = 0)
    {
        int count = window.Channels - c;
        if (count >= Vector<float>.Count) return Vector.Load(channels + c);
        float* part = stackalloc float[Vector<float>.Count];
        for (int i = 0; i < Vector<float>.Count; i++) part[i] = i < count ? channels[c + i] : beyond;
        return Vector.Load(part);
    }

    /// <summary>Stores the channels from <paramref name="c"/> on, and nothing beyond the last.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(Vector<float> values, float* channels, int c)
    {
        int count = window.Channels - c;
        if (count >= Vector<float>.Count)
        {
            values.Store(channels + c);
            return;
        }

        for (int i = 0; i < count; i++) channels[c + i] = values[i];
    }

    /// <summary>A power of numbers above 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Power(Vector<float> values, float exponent) => Vector.Exp(Vector.Log(values) * exponent);
}
