using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary><c>average += share (x - average)</c>: one step of an exponential moving average.</summary>
interface IAverage : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="share">Weight of the new values, 0 to 1.</param>
    /// <param name="x">New values.</param>
    /// <param name="average">The same length, updated.</param>
    void Run(DeviceStream stream, float share, DeviceView x, DeviceView average);
}

/// <summary>One thread per element.</summary>
sealed class AveragePortable(AcceleratorDevice device) : IAverage
{
    readonly Action<DeviceStream, KernelConfig, float, ArrayView<float>, ArrayView<float>> launch =
        device.Load<float, ArrayView<float>, ArrayView<float>>(Kernel);

    public void Run(DeviceStream stream, float share, DeviceView x, DeviceView average) =>
        launch(stream, device.Over(x.Length), share, x.Array, average.Array);

    static void Kernel(float share, ArrayView<float> x, ArrayView<float> average)
    {
        for (long i = PortableThread.Index; i < x.Length; i += PortableThread.Stride) average[i] += share * (x[i] - average[i]);
    }
}

/// <summary>One pass over memory.</summary>
sealed unsafe class AverageVectorized(CpuDevice device) : IAverage
{
    public void Run(DeviceStream stream, float share, DeviceView x, DeviceView average) =>
        ElementwiseJob<Formula>.Run(device, x.Length, new Formula(share, x.Pointer, average.Pointer));

    /// <summary><c>average += share (x - average)</c></summary>
    readonly struct Formula(float share, float* x, float* average) : IElementwise
    {
        readonly float share = share;
        readonly float* x = x;
        readonly float* average = average;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply<TLanes, TExtent>(long i, TExtent extent)
            where TLanes : struct, ILanes<TLanes>
            where TExtent : struct, IExtent
        {
            TLanes before = extent.Load<TLanes>(average + i);
            extent.Store(average + i, TLanes.MulAdd(TLanes.Broadcast(share), extent.Load<TLanes>(x + i) - before, before));
        }
    }
}
