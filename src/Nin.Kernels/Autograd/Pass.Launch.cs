using System.Collections.Concurrent;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using Nin.Ops;

namespace Nin;

/// <content>Kernels of steps outside the library.</content>
public readonly partial struct Pass
{
    /// <summary>
    /// Queues a kernel of the step's own. It is compiled at its first launch on a device and kept with the device.
    /// </summary>
    /// <param name="kernel">
    /// A static method, as ILGPU takes it: no allocation, no reference types, and arguments that are array views or public structs of numbers.
    /// Name the method itself: a lambda that captures variables is a new kernel each time.
    /// </param>
    /// <param name="config">How many groups of how many threads: <see cref="Over"/>, or ILGPU's own, within the limits of the accelerator.</param>
    /// <param name="a">The kernel's first argument; an <see cref="Array">array view</see> or numbers.</param>
    /// <param name="b">The kernel's second argument, and so on.</param>
    /// <exception cref="ArgumentNullException">There is no kernel.</exception>
    public void Launch<T1, T2>(Action<T1, T2> kernel, KernelConfig config, T1 a, T2 b)
        where T1 : struct where T2 : struct =>
        Accelerator.Launches.Of(kernel, static (device, k) => device.Load(k))(Launches, config, a, b);

    /// <inheritdoc cref="Launch{T1, T2}"/>
    public void Launch<T1, T2, T3>(Action<T1, T2, T3> kernel, KernelConfig config, T1 a, T2 b, T3 c)
        where T1 : struct where T2 : struct where T3 : struct =>
        Accelerator.Launches.Of(kernel, static (device, k) => device.Load(k))(Launches, config, a, b, c);

    /// <inheritdoc cref="Launch{T1, T2}"/>
    public void Launch<T1, T2, T3, T4>(Action<T1, T2, T3, T4> kernel, KernelConfig config, T1 a, T2 b, T3 c, T4 d)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct =>
        Accelerator.Launches.Of(kernel, static (device, k) => device.Load(k))(Launches, config, a, b, c, d);

    /// <inheritdoc cref="Launch{T1, T2}"/>
    public void Launch<T1, T2, T3, T4, T5>(Action<T1, T2, T3, T4, T5> kernel, KernelConfig config, T1 a, T2 b, T3 c, T4 d, T5 e)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct =>
        Accelerator.Launches.Of(kernel, static (device, k) => device.Load(k))(Launches, config, a, b, c, d, e);

    /// <inheritdoc cref="Launch{T1, T2}"/>
    public void Launch<T1, T2, T3, T4, T5, T6>(Action<T1, T2, T3, T4, T5, T6> kernel, KernelConfig config, T1 a, T2 b, T3 c, T4 d, T5 e, T6 f)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct =>
        Accelerator.Launches.Of(kernel, static (device, k) => device.Load(k))(Launches, config, a, b, c, d, e, f);

    /// <inheritdoc cref="Launch{T1, T2}"/>
    public void Launch<T1, T2, T3, T4, T5, T6, T7>(Action<T1, T2, T3, T4, T5, T6, T7> kernel, KernelConfig config, T1 a, T2 b, T3 c, T4 d, T5 e, T6 f, T7 g)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct =>
        Accelerator.Launches.Of(kernel, static (device, k) => device.Load(k))(Launches, config, a, b, c, d, e, f, g);

    /// <inheritdoc cref="Launch{T1, T2}"/>
    public void Launch<T1, T2, T3, T4, T5, T6, T7, T8>(Action<T1, T2, T3, T4, T5, T6, T7, T8> kernel, KernelConfig config, T1 a, T2 b, T3 c, T4 d, T5 e, T6 f, T7 g, T8 h)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct
        where T5 : struct where T6 : struct where T7 : struct where T8 : struct =>
        Accelerator.Launches.Of(kernel, static (device, k) => device.Load(k))(Launches, config, a, b, c, d, e, f, g, h);
}

/// <summary>Kernels from outside the library that a device compiled, each at its first launch.</summary>
sealed class LaunchCatalog(AcceleratorDevice device)
{
    readonly ConcurrentDictionary<Delegate, Delegate> launches = [];

    public TLaunch Of<TKernel, TLaunch>(TKernel kernel, Func<AcceleratorDevice, TKernel, TLaunch> load)
        where TKernel : Delegate
        where TLaunch : Delegate
    {
        ArgumentNullException.ThrowIfNull(kernel);
        return (TLaunch)launches.GetOrAdd(
            kernel, static (key, state) => state.load(state.device, (TKernel)key), (device, load));
    }
}

/// <summary>
/// ILGPU's CPU accelerator over the memory of device <c>cpu</c>, for kernels without managed code. It opens with the first of them.
/// </summary>
sealed class KernelHost : IDisposable
{
    /// <exception cref="InvalidOperationException">The program was published without accelerators.</exception>
    public KernelHost()
    {
        if (!AcceleratorSupport.IsIncluded) throw AcceleratorSupport.Missing();
        using var accelerators = new Accelerators(DeviceKind.Emulator);
        Device = accelerators.Open(0);
        Stream = Device.CreateStream();
    }

    public AcceleratorDevice Device { get; }

    public DeviceStream Stream { get; }

    /// <summary>The same memory as an array view of the accelerator.</summary>
    public ArrayView<float> Array(DeviceView view) =>
        view.IsNone ? ArrayView<float>.Empty : ((CpuBuffer)view.Buffer).On(Device.Accelerator).AsArrayView<float>(view.Offset, view.Length);

    public void Dispose()
    {
        Stream.Dispose();
        Device.Dispose();
    }
}
