using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>One thread per element, which reads its whole window: neighbours in memory, and in the cache.</summary>
sealed class LocalResponseNormForwardPortable(AcceleratorDevice device) : ILocalResponseNormForward
{
    readonly Action<DeviceStream, KernelConfig, ResponseWindow, ResponseItems, ArrayView<float>, ArrayView<float>, ArrayView<float>> launch =
        device.Load<ResponseWindow, ResponseItems, ArrayView<float>, ArrayView<float>, ArrayView<float>>(Kernel);

    public void Run(DeviceStream stream, in ResponseWindow window, long pixels, DeviceView x, DeviceView y, DeviceView s)
    {
        bool isKept = s.Length > 0;
        long length = pixels * window.Channels;
        for (long first = 0, count; first < length; first += count)
        {
            var items = ResponseItems.Of(window, length - first, accumulate: false);
            count = items.Count;
            launch(stream, device.Over(count), window, items, x.Slice(first, count).Array, y.Slice(first, count).Array, (isKept ? s.Slice(first, count) : s).Array);
        }
    }

    static void Kernel(ResponseWindow w, ResponseItems items, ArrayView<float> x, ArrayView<float> y, ArrayView<float> s)
    {
        for (uint item = PortableThread.Index32; item < (uint)items.Count; item += PortableThread.Stride32)
        {
            int i = (int)item, first = items.Channels.Divide(i) * w.Channels, c = i - first;
            int from = XMath.Max(0, c - w.Before), to = XMath.Min(w.Channels - 1, c + w.After);
            float sum = 0;
            for (int j = from; j <= to; j++) sum += x[first + j] * x[first + j];
            float scale = w.K + w.Alpha * sum;
            if (s.Length > 0) s[i] = scale;
            y[i] = x[i] * ResponsePower.Of(scale, -w.Beta);
        }
    }
}

/// <summary>Two launches: the term t of each output, and then, one thread per element, its sum over the windows that hold it.</summary>
sealed class LocalResponseNormBackwardPortable(AcceleratorDevice device) : ILocalResponseNormBackward
{
    readonly Action<DeviceStream, KernelConfig, ResponseWindow, ResponseItems, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>> terms =
        device.Load<ResponseWindow, ResponseItems, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>>(TermsKernel);

    readonly Action<DeviceStream, KernelConfig, ResponseWindow, ResponseItems, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>> sums =
        device.Load<ResponseWindow, ResponseItems, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>>(SumsKernel);

    public void Run(
        DeviceStream stream, in ResponseWindow window, long pixels, DeviceView x, DeviceView s, DeviceView dy, DeviceView dx, bool accumulate)
    {
        long length = pixels * window.Channels;
        for (long first = 0, count; first < length; first += count)
        {
            var items = ResponseItems.Of(window, length - first, accumulate);
            count = items.Count;
            var t = stream.Scratch(count);
            DeviceView ofX = x.Slice(first, count), ofS = s.Slice(first, count), ofDy = dy.Slice(first, count);
            terms(stream, device.Over(count), window, items, ofX.Array, ofS.Array, ofDy.Array, t.Array);
            sums(stream, device.Over(count), window, items, ofX.Array, ofS.Array, ofDy.Array, t.Array, dx.Slice(first, count).Array);
        }
    }

    static void TermsKernel(ResponseWindow w, ResponseItems items, ArrayView<float> x, ArrayView<float> s, ArrayView<float> dy, ArrayView<float> t)
    {
        for (uint item = PortableThread.Index32; item < (uint)items.Count; item += PortableThread.Stride32)
        {
            int i = (int)item;
            t[i] = dy[i] * x[i] * ResponsePower.Of(s[i], -w.Beta - 1);
        }
    }

    static void SumsKernel(
        ResponseWindow w, ResponseItems items, ArrayView<float> x, ArrayView<float> s, ArrayView<float> dy, ArrayView<float> t, ArrayView<float> dx)
    {
        for (uint item = PortableThread.Index32; item < (uint)items.Count; item += PortableThread.Stride32)
        {
            int i = (int)item, first = items.Channels.Divide(i) * w.Channels, j = i - first;
            // The window of c holds j where j - After <= c <= j + Before: the mirror image of the forward pass.
            int from = XMath.Max(0, j - w.After), to = XMath.Min(w.Channels - 1, j + w.Before);
            float sum = 0;
            for (int c = from; c <= to; c++) sum += t[first + c];
            float gradient = dy[i] * ResponsePower.Of(s[i], -w.Beta) - 2 * w.Alpha * w.Beta * x[i] * sum;
            dx[i] = items.Accumulate != 0 ? dx[i] + gradient : gradient;
        }
    }
}

/// <summary>What a launch does of the elements: whole pixels, counted in 32 bits.</summary>
/// <param name="Channels">Channels of a pixel.</param>
/// <param name="Count">Elements.</param>
/// <param name="Accumulate">1 to add.</param>
readonly record struct ResponseItems(Divisor Channels, int Count, int Accumulate)
{
    public static ResponseItems Of(in ResponseWindow window, long left, bool accumulate) =>
        new(Divisor.Of(window.Channels), (int)Math.Min(left, int.MaxValue / window.Channels * window.Channels), accumulate ? 1 : 0);
}

/// <summary>A power of a number above 0.</summary>
static class ResponsePower
{
    public static float Of(float x, float exponent) => XMath.Exp(exponent * XMath.Log(x));
}
