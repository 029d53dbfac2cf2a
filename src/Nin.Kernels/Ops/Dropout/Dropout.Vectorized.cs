using System.Runtime.CompilerServices;
using Nin.Vectorized;

namespace Nin.Ops;

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
                PhiloxLanes.StoreUnits<TWords>((uint)(e / 4), c1, c2, c3, k0, k1, units);
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

        // The mask is laid over the product: with p = 1 the scale is infinite, and nothing is kept.
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
