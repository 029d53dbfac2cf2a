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
        public void Execute<TLanes>(int index, int worker)
            where TLanes : struct, ILanes<TLanes>
        {
            int whole = channels - channels % TLanes.Count;
            if (whole > 0)
                Spread<TLanes, WholeExtent>(index, 0, whole, default);
            if (whole < channels)
                Spread<TLanes, PartExtent>(index, whole, channels, new PartExtent(channels - whole));
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        void Spread<TLanes, TExtent>(int example, int c0, int c1, TExtent extent)
            where TLanes : struct, ILanes<TLanes>
            where TExtent : struct, IExtent
        {
            TLanes divisor = TLanes.Broadcast(pixels);
            bool add = accumulate;
            int stride = channels;
            float* gradient = dy + (long)example * stride;
            float* target = dx + (long)example * pixels * stride;
            for (int pixel = 0; pixel < pixels; pixel++, target += stride)
            {
                for (int c = c0; c < c1; c += TLanes.Count)
                {
                    TLanes share = extent.Load<TLanes>(gradient + c) / divisor;
                    extent.Store(target + c, add ? extent.Load<TLanes>(target + c) + share : share);
                }
            }
        }
    }
}
