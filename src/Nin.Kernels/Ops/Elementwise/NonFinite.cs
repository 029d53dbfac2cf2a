using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>Looks for NaN and infinities.</summary>
interface INonFinite : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="x">Any shape.</param>
    /// <param name="found">One element: becomes 1 where <paramref name="x"/> has a NaN or an infinity, and otherwise keeps its value.</param>
    void Run(DeviceStream stream, DeviceView x, DeviceView found);
}

/// <summary>One thread per element; all that find one write the same value.</summary>
sealed class NonFinitePortable(AcceleratorDevice device) : INonFinite
{
    readonly Action<DeviceStream, KernelConfig, ArrayView<float>, ArrayView<float>> launch = device.Load<ArrayView<float>, ArrayView<float>>(Kernel);

    public void Run(DeviceStream stream, DeviceView x, DeviceView found) => launch(stream, device.Over(x.Length), x.Array, found.Array);

    static void Kernel(ArrayView<float> x, ArrayView<float> found)
    {
        for (long i = PortableThread.Index; i < x.Length; i += PortableThread.Stride)
        {
            // A comparison with NaN is false.
            if (!(IntrinsicMath.Abs(x[i]) <= float.MaxValue)) found[0] = 1;
        }
    }
}

/// <summary>One pass over memory: <c>x - x</c> is 0, or NaN where x is not finite, and a sum keeps it.</summary>
sealed unsafe class NonFiniteVectorized(CpuDevice device) : INonFinite
{
    public void Run(DeviceStream stream, DeviceView x, DeviceView found) =>
        device.Run((int)((x.Length + Chunk.Length - 1) / Chunk.Length), new Job(x.Pointer, x.Length, found.Pointer));

    readonly struct Job(float* x, long length, float* found) : ILanesJob
    {
        public void Execute<TLanes>(int index, int worker)
            where TLanes : struct, ILanes<TLanes>
        {
            long i = (long)index * Chunk.Length, end = Math.Min(i + Chunk.Length, length);
            TLanes sum = TLanes.Zero;
            for (; i <= end - TLanes.Count; i += TLanes.Count)
            {
                TLanes v = TLanes.Load(x + i);
                sum += v - v;
            }

            TLanes rest = TLanes.Load(x + i, (int)(end - i));
            sum += rest - rest;
            float* lanes = stackalloc float[TLanes.Count];
            sum.Store(lanes);
            for (int lane = 0; lane < TLanes.Count; lane++)
            {
                if (lanes[lane] != 0) *found = 1;
            }
        }
    }
}
