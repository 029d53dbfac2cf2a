using System.Runtime.CompilerServices;
using Nin.Vectorized;

namespace Nin.Ops;

/// <summary>One pass over memory, examples side by side.</summary>
sealed unsafe class GlobalAvgPool2dBackwardVectorized(CpuDevice device) : IGlobalAvgPool2dBackward
{
    public void Run(DeviceStream stream, int pixels, int channels, int n, DeviceView dy, DeviceView dx, bool accumulate) =>
        device.Run(n, new SpreadJob(pixels, channels, dy.Pointer, dx.Pointer, accumulate));

    readonly struct SpreadJob(int pixels, int channels, float* dy, float* dx, bool accumulate) : ILanesJob
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Execute<TLanes>(int index, int worker)
            where TLanes : struct, ILanes<TLanes>
        {
            float* gradients = dy + (long)index * channels;
            float* target = dx + (long)index * pixels * channels;
            float* end = target + (long)pixels * channels;
            TLanes divisor = TLanes.Broadcast(pixels);
            bool add = accumulate;
            int columns = channels;
            for (; target < end; target += columns)
            {
                int c = 0;
                for (; c <= columns - TLanes.Count; c += TLanes.Count)
                {
                    Spread(default(WholeExtent), gradients + c, divisor, target + c, add);
                }

                if (c < columns)
                    Spread(new PartExtent(columns - c), gradients + c, divisor, target + c, add);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static void Spread<TLanes, TExtent>(TExtent extent, float* gradients, TLanes divisor, float* target, bool add)
            where TLanes : struct, ILanes<TLanes>
            where TExtent : struct, IExtent
        {
            TLanes share = extent.Load<TLanes>(gradients) / divisor;
            extent.Store(target, add ? extent.Load<TLanes>(target) + share : share);
        }
    }
}
