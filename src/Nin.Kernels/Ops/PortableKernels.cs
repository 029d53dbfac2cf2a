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
            var launch = device.Ptx?.Load<Action<AcceleratorStream, KernelConfig, T1, T2>>(kernel.Method, default) ?? device.Accelerator.LoadKernel(kernel);
            var gate = launch.GetKernel();
            return (stream, config, a, b) => { lock (gate) launch(stream.Queue, config, a, b); };
        }

        /// <inheritdoc cref="Load{T1, T2}"/>
        public Action<DeviceStream, KernelConfig, T1, T2, T3> Load<T1, T2, T3>(Action<T1, T2, T3> kernel)
            where T1 : struct where T2 : struct where T3 : struct
        {
            if (!AcceleratorSupport.IsIncluded) throw AcceleratorSupport.Missing();
            var launch = device.Ptx?.Load<Action<AcceleratorStream, KernelConfig, T1, T2, T3>>(kernel.Method, default) ?? device.Accelerator.LoadKernel(kernel);
            var gate = launch.GetKernel();
            return (stream, config, a, b, c) => { lock (gate) launch(stream.Queue, config, a, b, c); };
        }

        /// <inheritdoc cref="Load{T1, T2}"/>
        public Action<DeviceStream, KernelConfig, T1, T2, T3, T4> Load<T1, T2, T3, T4>(
            Action<T1, T2, T3, T4> kernel, KernelSpecialization specialization = default)
            where T1 : struct where T2 : struct where T3 : struct where T4 : struct
        {
            if (!AcceleratorSupport.IsIncluded) throw AcceleratorSupport.Missing();
            var launch = device.Ptx?.Load<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4>>(kernel.Method, specialization)
                ?? device.Accelerator.LoadKernel(kernel, specialization);
            var gate = launch.GetKernel();
            return (stream, config, a, b, c, d) => { lock (gate) launch(stream.Queue, config, a, b, c, d); };
        }

        /// <inheritdoc cref="Load{T1, T2}"/>
        public Action<DeviceStream, KernelConfig, T1, T2, T3, T4, T5> Load<T1, T2, T3, T4, T5>(
            Action<T1, T2, T3, T4, T5> kernel, KernelSpecialization specialization = default)
            where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct
        {
            if (!AcceleratorSupport.IsIncluded) throw AcceleratorSupport.Missing();
            var launch = device.Ptx?.Load<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5>>(kernel.Method, specialization)
                ?? device.Accelerator.LoadKernel(kernel, specialization);
            var gate = launch.GetKernel();
            return (stream, config, a, b, c, d, e) => { lock (gate) launch(stream.Queue, config, a, b, c, d, e); };
        }

        /// <inheritdoc cref="Load{T1, T2}"/>
        public Action<DeviceStream, KernelConfig, T1, T2, T3, T4, T5, T6> Load<T1, T2, T3, T4, T5, T6>(Action<T1, T2, T3, T4, T5, T6> kernel)
            where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct
        {
            if (!AcceleratorSupport.IsIncluded) throw AcceleratorSupport.Missing();
            var launch = device.Ptx?.Load<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6>>(kernel.Method, default) ?? device.Accelerator.LoadKernel(kernel);
            var gate = launch.GetKernel();
            return (stream, config, a, b, c, d, e, f) => { lock (gate) launch(stream.Queue, config, a, b, c, d, e, f); };
        }

        /// <inheritdoc cref="Load{T1, T2}"/>
        public Action<DeviceStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7> Load<T1, T2, T3, T4, T5, T6, T7>(
            Action<T1, T2, T3, T4, T5, T6, T7> kernel)
            where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct
        {
            if (!AcceleratorSupport.IsIncluded) throw AcceleratorSupport.Missing();
            var launch = device.Ptx?.Load<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7>>(kernel.Method, default) ?? device.Accelerator.LoadKernel(kernel);
            var gate = launch.GetKernel();
            return (stream, config, a, b, c, d, e, f, g) => { lock (gate) launch(stream.Queue, config, a, b, c, d, e, f, g); };
        }

        /// <inheritdoc cref="Load{T1, T2}"/>
        public Action<DeviceStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8> Load<T1, T2, T3, T4, T5, T6, T7, T8>(
            Action<T1, T2, T3, T4, T5, T6, T7, T8> kernel)
            where T1 : struct where T2 : struct where T3 : struct where T4 : struct
            where T5 : struct where T6 : struct where T7 : struct where T8 : struct
        {
            if (!AcceleratorSupport.IsIncluded) throw AcceleratorSupport.Missing();
            var launch = device.Ptx?.Load<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8>>(kernel.Method, default) ?? device.Accelerator.LoadKernel(kernel);
            var gate = launch.GetKernel();
            return (stream, config, a, b, c, d, e, f, g, h) => { lock (gate) launch(stream.Queue, config, a, b, c, d, e, f, g, h); };
        }
    }

    extension(DeviceStream stream)
    {
        /// <summary>ILGPU's stream, which keeps the launches in order.</summary>
        public AcceleratorStream Queue => ((AcceleratorDeviceStream)stream).Queue;
    }
}

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
