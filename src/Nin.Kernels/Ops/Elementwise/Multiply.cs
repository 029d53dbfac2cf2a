using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>The sizes of a product: <c>[n, pixels, channels]</c>.</summary>
/// <param name="N">Examples.</param>
/// <param name="Pixels">Rows times columns.</param>
/// <param name="Channels">Channels, or features.</param>
readonly record struct MultiplySizes(int N, int Pixels, int Channels)
{
    /// <summary>Elements of the batch: views may be longer.</summary>
    public long Length => (long)N * Pixels * Channels;
}

/// <summary><c>y = a b</c>: the product of two branches, and a factor of each one's gradient.</summary>
interface IMultiply : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="sizes">Sizes of <paramref name="a"/> and <paramref name="y"/>.</param>
    /// <param name="isGate">Whether <paramref name="b"/> has one element per channel, which scales all pixels.</param>
    /// <param name="a"><c>[n, pixels, channels]</c>.</param>
    /// <param name="b"><c>[n, pixels, channels]</c>, or <c>[n, channels]</c> of a gate.</param>
    /// <param name="y"><c>[n, pixels, channels]</c>; may be <paramref name="a"/>.</param>
    /// <param name="accumulate">Adds to <paramref name="y"/> instead of overwriting it.</param>
    void Run(DeviceStream stream, in MultiplySizes sizes, bool isGate, DeviceView a, DeviceView b, DeviceView y, bool accumulate);
}

/// <summary><c>y[c] = sum over the pixels of an example of a b</c>, in row, then column order: the gradient of a gate.</summary>
interface IMultiplySum : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="sizes">Sizes of <paramref name="a"/> and <paramref name="b"/>.</param>
    /// <param name="a"><c>[n, pixels, channels]</c>.</param>
    /// <param name="b"><c>[n, pixels, channels]</c>.</param>
    /// <param name="y"><c>[n, channels]</c>.</param>
    /// <param name="accumulate">Adds to <paramref name="y"/> instead of overwriting it.</param>
    void Run(DeviceStream stream, in MultiplySizes sizes, DeviceView a, DeviceView b, DeviceView y, bool accumulate);
}

/// <summary>One thread per four channels, or per element where they are not aligned.</summary>
sealed class MultiplyPortable(AcceleratorDevice device) : IMultiply
{
    readonly Action<DeviceStream, KernelConfig, MultiplyItems, ArrayView<float>, ArrayView<float>, ArrayView<float>> launch =
        device.Load<MultiplyItems, ArrayView<float>, ArrayView<float>, ArrayView<float>>(Kernel);

    public void Run(DeviceStream stream, in MultiplySizes sizes, bool isGate, DeviceView a, DeviceView b, DeviceView y, bool accumulate)
    {
        bool areAligned = Float4.AreAligned(a, sizes.Channels) && Float4.AreAligned(b, sizes.Channels) && Float4.AreAligned(y, sizes.Channels);
        int width = Float4.Width(areAligned), perPixel = sizes.Channels / width, perExample = perPixel * sizes.Pixels;
        // Items are counted in 32 bits.
        int most = int.MaxValue / perExample;
        long length = (long)sizes.Pixels * sizes.Channels, factors = isGate ? sizes.Channels : length;
        for (int first = 0; first < sizes.N; first += most)
        {
            int count = Math.Min(most, sizes.N - first);
            var items = new MultiplyItems(
                Divisor.Of(perPixel), Divisor.Of(sizes.Pixels), count * perExample, width, isGate ? 1 : 0, accumulate ? 1 : 0);
            launch(
                stream, device.Over(items.Count), items, a.Slice(first * length, count * length).Array, b.Slice(first * factors, count * factors).Array,
                y.Slice(first * length, count * length).Array);
        }
    }

    static void Kernel(MultiplyItems items, ArrayView<float> a, ArrayView<float> b, ArrayView<float> y)
    {
        for (uint i = PortableThread.Index32; i < (uint)items.Count; i += PortableThread.Stride32)
        {
            int factor = (int)i;
            if (items.IsGate != 0)
            {
                int pixel = items.PerPixel.Divide((int)i);
                factor += (items.Pixels.Divide(pixel) - pixel) * items.PerPixel.Value;
            }

            long at = (long)i * items.Width;
            Float4 product = Float4.Multiply(Float4.Load(a, at, items.Width), Float4.Load(b, (long)factor * items.Width, items.Width));
            if (items.Accumulate != 0) product = Float4.Add(Float4.Load(y, at, items.Width), product);
            product.Store(y, at, items.Width);
        }
    }
}

/// <summary>What the kernel of a product reads besides its arrays.</summary>
/// <param name="PerPixel">Items of a pixel.</param>
/// <param name="Pixels">Pixels of an example.</param>
/// <param name="Count">Items.</param>
/// <param name="Width">Channels of an item.</param>
/// <param name="IsGate">1 where a factor scales all pixels of an example.</param>
/// <param name="Accumulate">1 to add.</param>
readonly record struct MultiplyItems(Divisor PerPixel, Divisor Pixels, int Count, int Width, int IsGate, int Accumulate);

/// <summary>One thread per channel of an example.</summary>
sealed class MultiplySumPortable(AcceleratorDevice device) : IMultiplySum
{
    readonly Action<DeviceStream, KernelConfig, MultiplySizes, Divisor, int, ArrayView<float>, ArrayView<float>, ArrayView<float>> launch =
        device.Load<MultiplySizes, Divisor, int, ArrayView<float>, ArrayView<float>, ArrayView<float>>(Kernel);

    public void Run(DeviceStream stream, in MultiplySizes sizes, DeviceView a, DeviceView b, DeviceView y, bool accumulate)
    {
        // Items are counted in 32 bits.
        int most = int.MaxValue / sizes.Channels;
        long length = (long)sizes.Pixels * sizes.Channels;
        for (int first = 0; first < sizes.N; first += most)
        {
            int count = Math.Min(most, sizes.N - first);
            launch(
                stream, device.Over(count * sizes.Channels), sizes with { N = count }, Divisor.Of(sizes.Channels), accumulate ? 1 : 0,
                a.Slice(first * length, count * length).Array, b.Slice(first * length, count * length).Array,
                y.Slice((long)first * sizes.Channels, count * sizes.Channels).Array);
        }
    }

    static void Kernel(MultiplySizes sizes, Divisor channels, int accumulate, ArrayView<float> a, ArrayView<float> b, ArrayView<float> y)
    {
        for (uint i = PortableThread.Index32; i < (uint)(sizes.N * sizes.Channels); i += PortableThread.Stride32)
        {
            int example = channels.Divide((int)i);
            long at = (long)example * sizes.Pixels * sizes.Channels + ((int)i - example * sizes.Channels);
            float sum = 0;
            for (int pixel = 0; pixel < sizes.Pixels; pixel++, at += sizes.Channels) sum += a[at] * b[at];
            y[(int)i] = accumulate != 0 ? y[(int)i] + sum : sum;
        }
    }
}

/// <summary>One pass over memory; a gate's in runs of pixels of one example.</summary>
sealed unsafe class MultiplyVectorized(CpuDevice device) : IMultiply
{
    public void Run(DeviceStream stream, in MultiplySizes sizes, bool isGate, DeviceView a, DeviceView b, DeviceView y, bool accumulate)
    {
        if (!isGate)
        {
            ElementwiseJob<Product>.Run(device, sizes.Length, new Product(a.Pointer, b.Pointer, y.Pointer, accumulate));
            return;
        }

        int step = Math.Max(1, GateJob.Chunk / sizes.Channels), runs = (sizes.Pixels + step - 1) / step;
        device.Run(sizes.N * runs, new GateJob(sizes, step, runs, a.Pointer, b.Pointer, y.Pointer, accumulate));
    }

    /// <summary><c>y = a b</c></summary>
    readonly struct Product(float* a, float* b, float* y, bool accumulate) : IElementwise
    {
        readonly float* a = a;
        readonly float* b = b;
        readonly float* y = y;
        readonly bool accumulate = accumulate;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply<TLanes, TExtent>(long i, TExtent extent)
            where TLanes : struct, ILanes<TLanes>
            where TExtent : struct, IExtent
        {
            TLanes product = extent.Load<TLanes>(a + i) * extent.Load<TLanes>(b + i);
            extent.Store(y + i, accumulate ? extent.Load<TLanes>(y + i) + product : product);
        }
    }

    /// <summary><c>y[pixel, c] = a[pixel, c] gate[c]</c></summary>
    readonly struct GateJob(MultiplySizes sizes, int step, int runs, float* a, float* gate, float* y, bool accumulate) : ILanesJob
    {
        /// <summary>Approximate number of elements of a run.</summary>
        public const int Chunk = 16 * 1024;

        public void Execute<TLanes>(int index, int worker)
            where TLanes : struct, ILanes<TLanes>
        {
            int channels = sizes.Channels, whole = channels - channels % TLanes.Count;
            if (whole > 0) Scale<TLanes, WholeExtent>(index, 0, whole, default);
            if (whole < channels) Scale<TLanes, PartExtent>(index, whole, channels, new PartExtent(channels - whole));
        }

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        void Scale<TLanes, TExtent>(int index, int c0, int c1, TExtent extent)
            where TLanes : struct, ILanes<TLanes>
            where TExtent : struct, IExtent
        {
            (int example, int run) = Math.DivRem(index, runs);
            int stride = sizes.Channels, first = run * step, count = Math.Min(step, sizes.Pixels - first);
            long at = ((long)example * sizes.Pixels + first) * stride;
            float* scale = gate + (long)example * stride, source = a + at, target = y + at;
            bool add = accumulate;
            for (int pixel = 0; pixel < count; pixel++, source += stride, target += stride)
            {
                for (int c = c0; c < c1; c += TLanes.Count)
                {
                    TLanes product = extent.Load<TLanes>(source + c) * extent.Load<TLanes>(scale + c);
                    extent.Store(target + c, add ? extent.Load<TLanes>(target + c) + product : product);
                }
            }
        }
    }
}

/// <summary>A register of channels at a time, whose sums stay in it; examples and blocks of channels side by side.</summary>
sealed unsafe class MultiplySumVectorized(CpuDevice device) : IMultiplySum
{
    public void Run(DeviceStream stream, in MultiplySizes sizes, DeviceView a, DeviceView b, DeviceView y, bool accumulate)
    {
        var blocks = new ChannelBlocks(sizes.Channels, sizes.N, device.Threads);
        device.Run(sizes.N * blocks.Count, new SumJob(sizes, blocks, a.Pointer, b.Pointer, y.Pointer, accumulate));
    }

    readonly struct SumJob(MultiplySizes sizes, ChannelBlocks blocks, float* a, float* b, float* y, bool accumulate) : ILanesJob
    {
        public void Execute<TLanes>(int index, int worker)
            where TLanes : struct, ILanes<TLanes>
        {
            (int example, int block) = Math.DivRem(index, blocks.Count);
            int c0 = blocks.First(block), c1 = blocks.End(block), whole = c1 - (c1 - c0) % TLanes.Count;
            if (c0 < whole) Sum<TLanes, WholeExtent>(example, c0, whole, default);
            if (whole < c1) Sum<TLanes, PartExtent>(example, whole, c1, new PartExtent(c1 - whole));
        }

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        void Sum<TLanes, TExtent>(int example, int c0, int c1, TExtent extent)
            where TLanes : struct, ILanes<TLanes>
            where TExtent : struct, IExtent
        {
            int stride = sizes.Channels, pixels = sizes.Pixels;
            long first = (long)example * pixels * stride;
            float* target = y + (long)example * stride;
            for (int c = c0; c < c1; c += TLanes.Count)
            {
                TLanes sum = TLanes.Zero;
                float* left = a + first + c, right = b + first + c;
                for (int pixel = 0; pixel < pixels; pixel++, left += stride, right += stride)
                {
                    sum = TLanes.MulAdd(extent.Load<TLanes>(left), extent.Load<TLanes>(right), sum);
                }

                extent.Store(target + c, accumulate ? extent.Load<TLanes>(target + c) + sum : sum);
            }
        }
    }
}
