using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>One thread per element, which reads its whole window: neighbours in memory, and in the cache.</summary>
sealed class LocalResponseNormForwardPortable(AcceleratorDevice device) : ILocalResponseNormForward
{
    readonly Action<DeviceStream, KernelConfig, ResponseWindow, long, ArrayView<float>, ArrayView<float>, ArrayView<float>> launch =
        device.Load<ResponseWindow, long, ArrayView<float>, ArrayView<float>, ArrayView<float>>(Kernel);

    public void Run(DeviceStream stream, in ResponseWindow window, long pixels, DeviceView x, DeviceView y, DeviceView s)
    {
        long length = pixels * window.Channels;
        launch(stream, device.Over(length), window, length, x.Array, y.Array, s.Array);
    }

    static void Kernel(ResponseWindow w, long length, ArrayView<float> x, ArrayView<float> y, ArrayView<float> s)
    {
        for (long i = PortableThread.Index; i < length; i += PortableThread.Stride)
        {
            int c = (int)(i % w.Channels);
            long first = i - c;
            int from = XMath.Max(0, c - w.Before), to = XMath.Min(w.Channels - 1, c + w.After);
            float sum = 0;
            for (int j = from; j <= to; j++) sum += x[first + j] * x[first + j];
            float scale = w.K + w.Alpha * sum;
            if (s.Length > 0) s[i] = scale;
            y[i] = x[i] * ResponsePower.Of(scale, -w.Beta);
        }
    }
}

/// <summary>Two launches: what each output owes to its sum, and then, one thread per element, the windows that hold it.</summary>
sealed class LocalResponseNormBackwardPortable(AcceleratorDevice device) : ILocalResponseNormBackward
{
    readonly Action<DeviceStream, KernelConfig, ResponseWindow, long, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>> terms =
        device.Load<ResponseWindow, long, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>>(Terms);

    readonly Action<DeviceStream, KernelConfig, ResponseWindow, long, int, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>> sums =
        device.Load<ResponseWindow, long, int, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>>(Sums);

    public void Run(
        DeviceStream stream, in ResponseWindow window, long pixels, DeviceView x, DeviceView s, DeviceView dy, DeviceView dx, bool accumulate)
    {
        long length = pixels * window.Channels;
        var t = stream.Scratch(length);
        terms(stream, device.Over(length), window, length, x.Array, s.Array, dy.Array, t.Array);
        sums(stream, device.Over(length), window, length, accumulate ? 1 : 0, x.Array, s.Array, dy.Array, t.Array, dx.Array);
    }

    static void Terms(ResponseWindow w, long length, ArrayView<float> x, ArrayView<float> s, ArrayView<float> dy, ArrayView<float> t)
    {
        for (long i = PortableThread.Index; i < length; i += PortableThread.Stride) t[i] = dy[i] * x[i] * ResponsePower.Of(s[i], -w.Beta - 1);
    }

    static void Sums(
        ResponseWindow w, long length, int accumulate, ArrayView<float> x, ArrayView<float> s, ArrayView<float> dy, ArrayView<float> t, ArrayView<float> dx)
    {
        for (long i = PortableThread.Index; i < length; i += PortableThread.Stride)
        {
            int j = (int)(i % w.Channels);
            long first = i - j;
            // The window of c holds j where j - After <= c <= j + Before: the mirror image of the forward pass.
            int from = XMath.Max(0, j - w.After), to = XMath.Min(w.Channels - 1, j + w.Before);
            float sum = 0;
            for (int c = from; c <= to; c++) sum += t[first + c];
            float gradient = dy[i] * ResponsePower.Of(s[i], -w.Beta) - 2 * w.Alpha * w.Beta * x[i] * sum;
            dx[i] = accumulate != 0 ? dx[i] + gradient : gradient;
        }
    }
}

/// <summary>A power of a number above 0.</summary>
static class ResponsePower
{
    public static float Of(float x, float exponent) => XMath.Exp(exponent * XMath.Log(x));
}
