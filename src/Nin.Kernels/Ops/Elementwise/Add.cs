using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary><c>y = act(a + b)</c>: the sum of two branches.</summary>
interface IAdd : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="a">Any shape.</param>
    /// <param name="b">The same length.</param>
    /// <param name="y">The same length, overwritten; may be <paramref name="a"/> or <paramref name="b"/>.</param>
    /// <param name="relu">Whether negative results become zero.</param>
    void Run(DeviceStream stream, DeviceView a, DeviceView b, DeviceView y, bool relu = false);
}

/// <summary>One thread per four elements, or per element where they are not aligned.</summary>
sealed class AddPortable(AcceleratorDevice device) : IAdd
{
    readonly Action<DeviceStream, KernelConfig, int, int, ArrayView<float>, ArrayView<float>, ArrayView<float>> launch =
        device.Load<int, int, ArrayView<float>, ArrayView<float>, ArrayView<float>>(Kernel);

    public void Run(DeviceStream stream, DeviceView a, DeviceView b, DeviceView y, bool relu)
    {
        int width = Float4.Width(Float4.IsWhole(y) && Float4.AreAligned(a, Float4.Length) && Float4.AreAligned(b, Float4.Length));
        launch(stream, device.Over(y.Length / width), width, relu ? 1 : 0, a.Array, b.Array, y.Array);
    }

    static void Kernel(int width, int relu, ArrayView<float> a, ArrayView<float> b, ArrayView<float> y)
    {
        for (long i = PortableThread.Index * width; i < y.Length; i += PortableThread.Stride * width)
        {
            Float4 sum = Float4.Add(Float4.Load(a, i, width), Float4.Load(b, i, width));
            if (relu != 0) sum = Float4.Relu(sum);
            sum.Store(y, i, width);
        }
    }
}

/// <summary>One pass over memory.</summary>
sealed unsafe class AddVectorized(CpuDevice device) : IAdd
{
    public void Run(DeviceStream stream, DeviceView a, DeviceView b, DeviceView y, bool relu) =>
        ElementwiseJob<Sum>.Run(device, y.Length, new Sum(a.Pointer, b.Pointer, y.Pointer, relu ? 0 : float.NegativeInfinity));

    /// <summary><c>y = max(floor, a + b)</c></summary>
    readonly struct Sum(float* a, float* b, float* y, float floor) : IElementwise
    {
        readonly float* a = a;
        readonly float* b = b;
        readonly float* y = y;
        readonly float floor = floor;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply<TLanes, TExtent>(long i, TExtent extent)
            where TLanes : struct, ILanes<TLanes>
            where TExtent : struct, IExtent =>
            extent.Store(y + i, TLanes.Max(TLanes.Broadcast(floor), extent.Load<TLanes>(a + i) + extent.Load<TLanes>(b + i)));
    }
}
