using System.Reflection;
using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>
/// Compiles portable kernels: the one place where a launch meets the queue of its stream. A kernel is launched by one thread at a time,
/// because OpenCL keeps the arguments of the next launch in the kernel object (<c>clSetKernelArg</c>), which ops that load the same kernel
/// share. A program that is published without accelerators has none of it: the test below is a constant there, and ILGPU's compiler is left out.
/// </summary>
static class PortableKernels
{
    extension(AcceleratorDevice device)
    {
        /// <summary>A kernel as a method that queues it on a stream. It is loaded as long as the method is held.</summary>
        public Action<DeviceStream, KernelConfig, T1, T2> Load<T1, T2>(Action<T1, T2> kernel)
            where T1 : struct where T2 : struct
        {
            if (!AcceleratorSupport.IsIncluded) throw AcceleratorSupport.Missing();
            var bounds = device.Bounds(kernel.Method);
            var launch = device.Ptx?.Load<Action<AcceleratorStream, KernelConfig, T1, T2>>(kernel.Method, bounds) ?? device.Accelerator.LoadKernel(kernel, bounds);
            var loaded = new PortableKernel<(T1, T2)>(
                device, kernel.Method, launch.GetKernel(), (queue, config, in x) => launch(queue, config, x.Item1, x.Item2),
                static (in x, in y) => KernelArgument<T1>.Same(x.Item1, y.Item1) && KernelArgument<T2>.Same(x.Item2, y.Item2));
            return (stream, config, a, b) => loaded.Launch(stream, config, (a, b));
        }

        /// <inheritdoc cref="Load{T1, T2}"/>
        public Action<DeviceStream, KernelConfig, T1, T2, T3> Load<T1, T2, T3>(Action<T1, T2, T3> kernel)
            where T1 : struct where T2 : struct where T3 : struct
        {
            if (!AcceleratorSupport.IsIncluded) throw AcceleratorSupport.Missing();
            var bounds = device.Bounds(kernel.Method);
            var launch = device.Ptx?.Load<Action<AcceleratorStream, KernelConfig, T1, T2, T3>>(kernel.Method, bounds) ?? device.Accelerator.LoadKernel(kernel, bounds);
            var loaded = new PortableKernel<(T1, T2, T3)>(
                device, kernel.Method, launch.GetKernel(), (queue, config, in x) => launch(queue, config, x.Item1, x.Item2, x.Item3),
                static (in x, in y) => KernelArgument<T1>.Same(x.Item1, y.Item1) && KernelArgument<T2>.Same(x.Item2, y.Item2) && KernelArgument<T3>.Same(x.Item3, y.Item3));
            return (stream, config, a, b, c) => loaded.Launch(stream, config, (a, b, c));
        }

        /// <inheritdoc cref="Load{T1, T2}"/>
        public Action<DeviceStream, KernelConfig, T1, T2, T3, T4> Load<T1, T2, T3, T4>(
            Action<T1, T2, T3, T4> kernel, KernelSpecialization specialization = default)
            where T1 : struct where T2 : struct where T3 : struct where T4 : struct
        {
            if (!AcceleratorSupport.IsIncluded) throw AcceleratorSupport.Missing();
            var bounds = device.Bounds(kernel.Method, specialization);
            var launch = device.Ptx?.Load<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4>>(kernel.Method, bounds) ?? device.Accelerator.LoadKernel(kernel, bounds);
            var loaded = new PortableKernel<(T1, T2, T3, T4)>(
                device, kernel.Method, launch.GetKernel(), (queue, config, in x) => launch(queue, config, x.Item1, x.Item2, x.Item3, x.Item4),
                static (in x, in y) => KernelArgument<T1>.Same(x.Item1, y.Item1) && KernelArgument<T2>.Same(x.Item2, y.Item2) && KernelArgument<T3>.Same(x.Item3, y.Item3)
                    && KernelArgument<T4>.Same(x.Item4, y.Item4));
            return (stream, config, a, b, c, d) => loaded.Launch(stream, config, (a, b, c, d));
        }

        /// <inheritdoc cref="Load{T1, T2}"/>
        public Action<DeviceStream, KernelConfig, T1, T2, T3, T4, T5> Load<T1, T2, T3, T4, T5>(
            Action<T1, T2, T3, T4, T5> kernel, KernelSpecialization specialization = default)
            where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct
        {
            if (!AcceleratorSupport.IsIncluded) throw AcceleratorSupport.Missing();
            var bounds = device.Bounds(kernel.Method, specialization);
            var launch = device.Ptx?.Load<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5>>(kernel.Method, bounds) ?? device.Accelerator.LoadKernel(kernel, bounds);
            var loaded = new PortableKernel<(T1, T2, T3, T4, T5)>(
                device, kernel.Method, launch.GetKernel(), (queue, config, in x) => launch(queue, config, x.Item1, x.Item2, x.Item3, x.Item4, x.Item5),
                static (in x, in y) => KernelArgument<T1>.Same(x.Item1, y.Item1) && KernelArgument<T2>.Same(x.Item2, y.Item2) && KernelArgument<T3>.Same(x.Item3, y.Item3)
                    && KernelArgument<T4>.Same(x.Item4, y.Item4) && KernelArgument<T5>.Same(x.Item5, y.Item5));
            return (stream, config, a, b, c, d, e) => loaded.Launch(stream, config, (a, b, c, d, e));
        }

        /// <inheritdoc cref="Load{T1, T2}"/>
        public Action<DeviceStream, KernelConfig, T1, T2, T3, T4, T5, T6> Load<T1, T2, T3, T4, T5, T6>(Action<T1, T2, T3, T4, T5, T6> kernel)
            where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct
        {
            if (!AcceleratorSupport.IsIncluded) throw AcceleratorSupport.Missing();
            var bounds = device.Bounds(kernel.Method);
            var launch = device.Ptx?.Load<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6>>(kernel.Method, bounds) ?? device.Accelerator.LoadKernel(kernel, bounds);
            var loaded = new PortableKernel<(T1, T2, T3, T4, T5, T6)>(
                device, kernel.Method, launch.GetKernel(), (queue, config, in x) => launch(queue, config, x.Item1, x.Item2, x.Item3, x.Item4, x.Item5, x.Item6),
                static (in x, in y) => KernelArgument<T1>.Same(x.Item1, y.Item1) && KernelArgument<T2>.Same(x.Item2, y.Item2) && KernelArgument<T3>.Same(x.Item3, y.Item3)
                    && KernelArgument<T4>.Same(x.Item4, y.Item4) && KernelArgument<T5>.Same(x.Item5, y.Item5) && KernelArgument<T6>.Same(x.Item6, y.Item6));
            return (stream, config, a, b, c, d, e, f) => loaded.Launch(stream, config, (a, b, c, d, e, f));
        }

        /// <inheritdoc cref="Load{T1, T2}"/>
        public Action<DeviceStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7> Load<T1, T2, T3, T4, T5, T6, T7>(
            Action<T1, T2, T3, T4, T5, T6, T7> kernel)
            where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct
        {
            if (!AcceleratorSupport.IsIncluded) throw AcceleratorSupport.Missing();
            var bounds = device.Bounds(kernel.Method);
            var launch = device.Ptx?.Load<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7>>(kernel.Method, bounds) ?? device.Accelerator.LoadKernel(kernel, bounds);
            var loaded = new PortableKernel<(T1, T2, T3, T4, T5, T6, T7)>(
                device, kernel.Method, launch.GetKernel(), (queue, config, in x) => launch(queue, config, x.Item1, x.Item2, x.Item3, x.Item4, x.Item5, x.Item6, x.Item7),
                static (in x, in y) => KernelArgument<T1>.Same(x.Item1, y.Item1) && KernelArgument<T2>.Same(x.Item2, y.Item2) && KernelArgument<T3>.Same(x.Item3, y.Item3)
                    && KernelArgument<T4>.Same(x.Item4, y.Item4) && KernelArgument<T5>.Same(x.Item5, y.Item5) && KernelArgument<T6>.Same(x.Item6, y.Item6)
                    && KernelArgument<T7>.Same(x.Item7, y.Item7));
            return (stream, config, a, b, c, d, e, f, g) => loaded.Launch(stream, config, (a, b, c, d, e, f, g));
        }

        /// <inheritdoc cref="Load{T1, T2}"/>
        public Action<DeviceStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8> Load<T1, T2, T3, T4, T5, T6, T7, T8>(
            Action<T1, T2, T3, T4, T5, T6, T7, T8> kernel)
            where T1 : struct where T2 : struct where T3 : struct where T4 : struct
            where T5 : struct where T6 : struct where T7 : struct where T8 : struct
        {
            if (!AcceleratorSupport.IsIncluded) throw AcceleratorSupport.Missing();
            var bounds = device.Bounds(kernel.Method);
            var launch = device.Ptx?.Load<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8>>(kernel.Method, bounds) ?? device.Accelerator.LoadKernel(kernel, bounds);
            var loaded = new PortableKernel<(T1, T2, T3, T4, T5, T6, T7, T8)>(
                device, kernel.Method, launch.GetKernel(), (queue, config, in x) => launch(queue, config, x.Item1, x.Item2, x.Item3, x.Item4, x.Item5, x.Item6, x.Item7, x.Item8),
                static (in x, in y) => KernelArgument<T1>.Same(x.Item1, y.Item1) && KernelArgument<T2>.Same(x.Item2, y.Item2) && KernelArgument<T3>.Same(x.Item3, y.Item3)
                    && KernelArgument<T4>.Same(x.Item4, y.Item4) && KernelArgument<T5>.Same(x.Item5, y.Item5) && KernelArgument<T6>.Same(x.Item6, y.Item6)
                    && KernelArgument<T7>.Same(x.Item7, y.Item7) && KernelArgument<T8>.Same(x.Item8, y.Item8));
            return (stream, config, a, b, c, d, e, f, g, h) => loaded.Launch(stream, config, (a, b, c, d, e, f, g, h));
        }

        // What a kernel asks for itself, or what its way of adding up asks for on CUDA.
        KernelSpecialization Bounds(MethodInfo kernel, in KernelSpecialization given = default) =>
            device.Profile.Kind == DeviceKind.Cuda && GroupLanes.BoundsOf(kernel) is { } bounds ? bounds : given;
    }
}

/// <summary>A kernel that was loaded.</summary>
/// <param name="device">Where.</param>
/// <param name="method">The kernel.</param>
/// <param name="gate">Held while it is launched.</param>
/// <param name="launch">ILGPU's launch.</param>
/// <param name="same">Whether two launches' arguments are the same.</param>
/// <typeparam name="TArguments">All of its arguments.</typeparam>
sealed class PortableKernel<TArguments>(AcceleratorDevice device, MethodInfo method, object gate, KernelLaunch<TArguments> launch, SameArguments<TArguments> same)
    where TArguments : struct
{
    /// <summary>Queues it on a stream.</summary>
    public void Launch(DeviceStream stream, in KernelConfig config, in TArguments arguments)
    {
        var on = (AcceleratorDeviceStream)stream;
        if (on.List is { } list) list.Add(this, config, arguments);
        else Launch(on.Queue, config, arguments);
    }

    /// <summary>Queues it on ILGPU's stream.</summary>
    public void Launch(AcceleratorStream queue, in KernelConfig config, in TArguments arguments)
    {
        var watch = device.Watch;
        watch?.Before(queue);
        lock (gate) launch(queue, config, arguments);
        watch?.After(queue, method, config);
    }

    /// <summary>Whether two launches' arguments are the same.</summary>
    public bool Same(in TArguments x, in TArguments y) => same(x, y);
}

/// <summary>Launches a kernel.</summary>
delegate void KernelLaunch<TArguments>(AcceleratorStream queue, KernelConfig config, in TArguments arguments);

/// <summary>Compares arguments.</summary>
delegate bool SameArguments<TArguments>(in TArguments x, in TArguments y);

/// <summary>Which items a thread of a portable kernel computes: its own number, and every <see cref="Stride"/>th after it.</summary>
static class PortableThread
{
    /// <summary>The thread's number in the whole launch.</summary>
    public static long Index => Grid.IdxX * (long)Group.DimX + Group.IdxX;

    /// <summary>Threads of the whole launch.</summary>
    public static long Stride => Grid.DimX * (long)Group.DimX;

    /// <summary>
    /// <see cref="Index"/> in 32 bits, half as many instructions, for at most <see cref="int.MaxValue"/> items: without a sign the last
    /// <see cref="Stride32"/> beyond them does not overflow, because a launch has at most 2^28 threads.
    /// </summary>
    public static uint Index32 => (uint)(Grid.IdxX * Group.DimX + Group.IdxX);

    /// <summary><see cref="Stride"/> in 32 bits.</summary>
    public static uint Stride32 => (uint)(Grid.DimX * Group.DimX);
}
