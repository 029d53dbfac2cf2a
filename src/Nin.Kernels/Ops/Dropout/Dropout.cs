using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>
/// <c>y = x mask / (1 - p)</c>. The gradient is the same function of <c>dy</c>: this op serves both directions. Element e (memory order) of
/// example i is kept where word <c>e mod 4</c> of Philox4x32-10 with counter <c>(e / 4, FirstExample + i, Step, Layer)</c> and key
/// <c>Seed</c>, taken as a number in [0, 1) with 24 bits, is at least <c>p</c>.
/// </summary>
interface IDropout : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="key">What decides the mask.</param>
    /// <param name="length">Elements of one example.</param>
    /// <param name="n">Examples.</param>
    /// <param name="x"><c>[n, length]</c>.</param>
    /// <param name="y"><c>[n, length]</c>; may be <paramref name="x"/> itself where it is overwritten.</param>
    /// <param name="accumulate">Adds to <paramref name="y"/> instead of overwriting it.</param>
    void Run(DeviceStream stream, in DropoutKey key, long length, int n, DeviceView x, DeviceView y, bool accumulate);
}

/// <summary>What the kernel of dropout reads besides its arrays.</summary>
/// <param name="Key">What decides the mask.</param>
/// <param name="Scale">Factor of an element that is kept.</param>
/// <param name="Length">Elements of one example.</param>
/// <param name="Blocks">Blocks of four random words that an example takes.</param>
/// <param name="Items">Blocks of all examples.</param>
/// <param name="Width">Elements that are read and written at a time: <see cref="Float4.Width"/>.</param>
/// <param name="Accumulate">1 where the result is added to what is already there.</param>
readonly record struct DropoutSizes(DropoutKey Key, float Scale, int Length, Divisor Blocks, int Items, int Width, int Accumulate);

/// <summary>
/// What decides which elements a dropout layer drops: nothing but these numbers and the element's place in its example, so that the
/// backward pass, another device and another split of the batch get the same mask.
/// </summary>
/// <param name="Probability">Share of elements that become zero, 0 to 1; the others are scaled by <c>1 / (1 - Probability)</c>.</param>
/// <param name="Seed">The network's seed: the Philox key.</param>
/// <param name="Layer">The last word of the counter: <see cref="RandomPurpose.Dropout"/> plus the layer's number in its network.</param>
/// <param name="Step">The training step.</param>
/// <param name="FirstExample">Global index of the batch's first example.</param>
public readonly record struct DropoutKey(float Probability, ulong Seed, int Layer, int Step, int FirstExample);

/// <summary>One thread per four elements: one block of random words.</summary>
sealed class DropoutPortable(AcceleratorDevice device) : IDropout
{
    readonly Action<DeviceStream, KernelConfig, DropoutSizes, ArrayView<float>, ArrayView<float>> launch =
        device.Load<DropoutSizes, ArrayView<float>, ArrayView<float>>(Kernel);

    public void Run(DeviceStream stream, in DropoutKey key, long length, int n, DeviceView x, DeviceView y, bool accumulate)
    {
        int blocks = (int)((length + Philox4x32.Words - 1) / Philox4x32.Words), width = Float4.Width(length % Float4.Length == 0 && x.Offset % Float4.Length == 0 && y.Offset % Float4.Length == 0);
        // Items are counted in 32 bits.
        int most = int.MaxValue / blocks;
        for (int first = 0; first < n; first += most)
        {
            int count = Math.Min(most, n - first);
            // With p = 1 nothing is kept and the infinite scale is not used.
            var sizes = new DropoutSizes(
                key with { FirstExample = key.FirstExample + first }, 1 / (1 - key.Probability), (int)length, Divisor.Of(blocks), count * blocks, width,
                accumulate ? 1 : 0);
            launch(stream, device.Over(sizes.Items), sizes, x.Slice(first * length, count * length).Array, y.Slice(first * length, count * length).Array);
        }
    }

    static void Kernel(DropoutSizes sizes, ArrayView<float> x, ArrayView<float> y)
    {
        var key = sizes.Key;
        for (uint i = PortableThread.Index32; i < (uint)sizes.Items; i += PortableThread.Stride32)
        {
            int example = sizes.Blocks.Divide((int)i), block = (int)i - example * sizes.Blocks.Value;
            var bits = Philox4x32.Block(
                (uint)block, (uint)(key.FirstExample + example), (uint)key.Step, (uint)key.Layer, (uint)key.Seed, (uint)(key.Seed >> 32));
            long at = (long)example * sizes.Length + block * Philox4x32.Words;
            if (sizes.Width == Float4.Length)
            {
                Float4 value = Float4.Load(x, at, sizes.Width);
                value.S0 = Kept(sizes, value.S0, bits.X0);
                value.S1 = Kept(sizes, value.S1, bits.X1);
                value.S2 = Kept(sizes, value.S2, bits.X2);
                value.S3 = Kept(sizes, value.S3, bits.X3);
                if (sizes.Accumulate != 0) value = Float4.Add(Float4.Load(y, at, sizes.Width), value);
                value.Store(y, at, sizes.Width);
                continue;
            }

            int room = sizes.Length - block * Philox4x32.Words;
            Write(sizes, x, y, at, bits.X0);
            if (room > 1) Write(sizes, x, y, at + 1, bits.X1);
            if (room > 2) Write(sizes, x, y, at + 2, bits.X2);
            if (room > 3) Write(sizes, x, y, at + 3, bits.X3);
        }
    }

    static float Kept(DropoutSizes sizes, float x, uint bits) => Philox4x32.ToUnit(bits) >= sizes.Key.Probability ? x * sizes.Scale : 0;

    static void Write(DropoutSizes sizes, ArrayView<float> x, ArrayView<float> y, long at, uint bits)
    {
        float value = Kept(sizes, x[at], bits);
        y[at] = sizes.Accumulate != 0 ? y[at] + value : value;
    }
}

/// <summary>One pass over memory; the mask is drawn a register of counters at a time and never stored.</summary>
sealed unsafe class DropoutVectorized(CpuDevice device) : IDropout
{
    // A multiple of the elements that one call of PhiloxLanes decides.
    const int Chunk = 8 * 1024;

    public void Run(DeviceStream stream, in DropoutKey key, long length, int n, DeviceView x, DeviceView y, bool accumulate)
    {
        int chunks = (int)((length + Chunk - 1) / Chunk);
        device.Run(n * chunks, new ChunkJob(key, length, chunks, x.Pointer, y.Pointer, accumulate));
    }

    readonly struct ChunkJob(in DropoutKey key, long length, int chunks, float* x, float* y, bool accumulate) : ILanesJob
    {
        readonly DropoutKey key = key;

        public void Execute<TLanes>(int index, int worker)
            where TLanes : struct, ILanes<TLanes>
        {
            (int example, int chunk) = Math.DivRem(index, chunks);
            if (TLanes.Count == 16)
                Drop<TLanes, Words512>(example, (long)chunk * Chunk);
            else if (TLanes.Count == 8)
                Drop<TLanes, Words256>(example, (long)chunk * Chunk);
            else
                Drop<TLanes, Words128>(example, (long)chunk * Chunk);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        void Drop<TLanes, TWords>(int example, long first)
            where TLanes : struct, ILanes<TLanes>
            where TWords : struct, IWords<TWords>
        {
            float* units = stackalloc float[PhiloxLanes.Units<TWords>()];
            TLanes probability = TLanes.Broadcast(key.Probability), scale = TLanes.Broadcast(1 / (1 - key.Probability));
            uint c1 = (uint)(key.FirstExample + example), c2 = (uint)key.Step, c3 = (uint)key.Layer;
            uint k0 = (uint)key.Seed, k1 = (uint)(key.Seed >> 32);
            long offset = example * length;
            float* source = x + offset, target = y + offset;
            bool add = accumulate;
            long end = Math.Min(first + Chunk, length);
            for (long e = first; e < end; e += PhiloxLanes.Units<TWords>())
            {
                PhiloxLanes.StoreUnits<TWords>((uint)(e / Philox4x32.Words), c1, c2, c3, k0, k1, units);
                for (int i = 0; i < PhiloxLanes.Units<TWords>() && e + i < end; i += TLanes.Count)
                {
                    TLanes kept = TLanes.GreaterThanOrEqual(TLanes.Load(units + i), probability);
                    int rest = (int)Math.Min(end - e - i, TLanes.Count);
                    if (rest == TLanes.Count)
                        Keep(default(WholeExtent), kept, scale, source + e + i, target + e + i, add);
                    else
                        Keep(new PartExtent(rest), kept, scale, source + e + i, target + e + i, add);
                }
            }
        }

        // The mask is applied to the product: with p = 1 the scale is infinite, and nothing is kept.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static void Keep<TLanes, TExtent>(TExtent extent, TLanes kept, TLanes scale, float* source, float* target, bool add)
            where TLanes : struct, ILanes<TLanes>
            where TExtent : struct, IExtent
        {
            TLanes result = kept & (extent.Load<TLanes>(source) * scale);
            extent.Store(target, add ? extent.Load<TLanes>(target) + result : result);
        }
    }
}
