using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>Adds the sum of squares to one element. The order of additions depends on the length alone: the same bits for any number of threads.</summary>
interface ISumOfSquares : IOp
{
    /// <param name="stream">Order of work; its scratch holds the partial sums.</param>
    /// <param name="x">Any shape.</param>
    /// <param name="sum">One element, added to.</param>
    void Run(DeviceStream stream, DeviceView x, DeviceView sum);
}

/// <summary>
/// <c>x = clamp(x min(1, maxNorm / (sqrt(sum) + 1e-6)), -maxValue, maxValue)</c>: the rules of PyTorch's <c>clip_grad_norm_</c> and
/// <c>clip_grad_value_</c>. The norm stays on the device: nothing waits for it.
/// </summary>
interface IClipGradient : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="x">Gradients, changed.</param>
    /// <param name="sum">The sum of squares of all gradients, one element.</param>
    /// <param name="maxNorm">The largest norm; infinite for any.</param>
    /// <param name="maxValue">The largest size of an element; infinite for any.</param>
    void Run(DeviceStream stream, DeviceView x, DeviceView sum, float maxNorm, float maxValue);
}

/// <summary>What the kernel of clipping reads besides its arrays.</summary>
/// <param name="MaxNorm">The largest norm.</param>
/// <param name="MaxValue">The largest size of an element.</param>
readonly record struct ClipLimits(float MaxNorm, float MaxValue)
{
    /// <summary>Added to the norm, so that a gradient of zeros divides by something.</summary>
    public const float Epsilon = 1e-6f;
}

/// <summary>Up to 32,768 partial sums, a thread each; their sums by 128 threads; and one thread adds up those.</summary>
sealed class SumOfSquaresPortable(AcceleratorDevice device) : ISumOfSquares
{
    const long MostPartials = 1 << 15, MostAtOnce = 128;
    const long LeastTerms = 64;

    readonly Action<DeviceStream, KernelConfig, ArrayView<float>, ArrayView<float>> launchSquares =
        device.Load<ArrayView<float>, ArrayView<float>>(SquaresKernel);

    readonly Action<DeviceStream, KernelConfig, ArrayView<float>, ArrayView<float>> launchPartials =
        device.Load<ArrayView<float>, ArrayView<float>>(PartialsKernel);

    readonly Action<DeviceStream, KernelConfig, ArrayView<float>, ArrayView<float>> launchSum = device.Load<ArrayView<float>, ArrayView<float>>(SumKernel);

    public void Run(DeviceStream stream, DeviceView x, DeviceView sum)
    {
        long count = Math.Clamp(x.Length / LeastTerms, 1, MostPartials), few = Math.Min(count, MostAtOnce);
        var scratch = stream.Scratch(count + MostAtOnce);
        var partials = scratch.Slice(0, count);
        launchSquares(stream, device.Over(count), x.Array, partials.Array);
        if (few < count)
        {
            var sums = scratch.Slice(count, few);
            launchPartials(stream, device.Over(few), partials.Array, sums.Array);
            partials = sums;
        }

        launchSum(stream, device.Over(1), partials.Array, sum.Array);
    }

    static void SquaresKernel(ArrayView<float> x, ArrayView<float> partials)
    {
        for (long p = PortableThread.Index; p < partials.Length; p += PortableThread.Stride)
        {
            float total = 0;
            for (long i = p; i < x.Length; i += partials.Length) total += x[i] * x[i];
            partials[p] = total;
        }
    }

    static void PartialsKernel(ArrayView<float> x, ArrayView<float> partials)
    {
        for (long p = PortableThread.Index; p < partials.Length; p += PortableThread.Stride)
        {
            float total = 0;
            for (long i = p; i < x.Length; i += partials.Length) total += x[i];
            partials[p] = total;
        }
    }

    static void SumKernel(ArrayView<float> partials, ArrayView<float> sum)
    {
        if (PortableThread.Index != 0) return;
        float total = 0;
        for (int p = 0; p < partials.Length; p++) total += partials[p];
        sum[0] += total;
    }
}

/// <summary>One pass over memory, chunks side by side; then their sums in order.</summary>
sealed unsafe class SumOfSquaresVectorized(CpuDevice device) : ISumOfSquares
{
    public void Run(DeviceStream stream, DeviceView x, DeviceView sum)
    {
        int chunks = (int)((x.Length + Chunk.Length - 1) / Chunk.Length);
        float* partials = stream.Scratch(chunks).Pointer;
        device.Run(chunks, new Job(x.Pointer, x.Length, partials));
        double total = 0;
        for (int i = 0; i < chunks; i++) total += partials[i];
        *sum.Pointer = (float)(*sum.Pointer + total);
    }

    readonly struct Job(float* x, long length, float* partials) : ILanesJob
    {
        public void Execute<TLanes>(int index, int worker)
            where TLanes : struct, ILanes<TLanes>
        {
            long i = (long)index * Chunk.Length, end = Math.Min(i + Chunk.Length, length);
            TLanes sum = TLanes.Zero;
            for (; i <= end - TLanes.Count; i += TLanes.Count)
            {
                TLanes v = TLanes.Load(x + i);
                sum = TLanes.MulAdd(v, v, sum);
            }

            TLanes rest = TLanes.Load(x + i, (int)(end - i));
            sum = TLanes.MulAdd(rest, rest, sum);
            float* lanes = stackalloc float[TLanes.Count];
            sum.Store(lanes);
            double total = 0;
            for (int lane = 0; lane < TLanes.Count; lane++) total += lanes[lane];
            partials[index] = (float)total;
        }
    }
}

/// <summary>One thread per element.</summary>
sealed class ClipGradientPortable(AcceleratorDevice device) : IClipGradient
{
    readonly Action<DeviceStream, KernelConfig, ClipLimits, ArrayView<float>, ArrayView<float>> launch =
        device.Load<ClipLimits, ArrayView<float>, ArrayView<float>>(Kernel);

    public void Run(DeviceStream stream, DeviceView x, DeviceView sum, float maxNorm, float maxValue) =>
        launch(stream, device.Over(x.Length), new ClipLimits(maxNorm, maxValue), x.Array, sum.Array);

    static void Kernel(ClipLimits limits, ArrayView<float> x, ArrayView<float> sum)
    {
        float factor = IntrinsicMath.Min(1f, limits.MaxNorm / (XMath.Sqrt(sum[0]) + ClipLimits.Epsilon));
        for (long i = PortableThread.Index; i < x.Length; i += PortableThread.Stride)
        {
            float v = factor < 1 ? x[i] * factor : x[i];
            if (v > limits.MaxValue) v = limits.MaxValue;
            if (v < -limits.MaxValue) v = -limits.MaxValue;
            x[i] = v;
        }
    }
}

/// <summary>One pass over memory.</summary>
sealed unsafe class ClipGradientVectorized(CpuDevice device) : IClipGradient
{
    public void Run(DeviceStream stream, DeviceView x, DeviceView sum, float maxNorm, float maxValue)
    {
        float factor = Math.Min(1f, maxNorm / (MathF.Sqrt(*sum.Pointer) + ClipLimits.Epsilon));
        ElementwiseJob<Clip>.Run(device, x.Length, new Clip(factor, maxValue, x.Pointer));
    }

    /// <summary><c>x = clamp(factor x, -most, most)</c></summary>
    readonly struct Clip(float factor, float most, float* x) : IElementwise
    {
        readonly float factor = factor;
        readonly float most = most;
        readonly float* x = x;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply<TLanes, TExtent>(long i, TExtent extent)
            where TLanes : struct, ILanes<TLanes>
            where TExtent : struct, IExtent
        {
            TLanes value = extent.Load<TLanes>(x + i) * TLanes.Broadcast(factor), high = TLanes.Broadcast(most), low = TLanes.Broadcast(-most);
            value = TLanes.Select(TLanes.GreaterThan(value, high), high, value);
            extent.Store(x + i, TLanes.Select(TLanes.GreaterThan(low, value), low, value));
        }
    }
}
