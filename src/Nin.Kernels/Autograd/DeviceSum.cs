using ILGPU.Runtime;
using Nin.Ops;

namespace Nin;

/// <summary>
/// Numbers in an accelerator's memory that ranks replace by their sums, behind a queue of their own: they are summed while what is queued after them still runs.
/// </summary>
/// <remarks>
/// The thread that trains makes it and calls <see cref="Follow"/>; then one thread of the group uses it until the sum is finished. The group either moves the
/// numbers through the host's memory (<see cref="ToHost"/>, <see cref="FromHost"/>), or, where what moves its bytes reads the device's
/// (<see cref="Wait"/>, <see cref="Values"/>, <see cref="Scratch"/>), lets the device add (<see cref="AddScratch"/>). Both round alike, so the bits are the same.
/// </remarks>
public sealed unsafe class DeviceSum : IDisposable
{
    readonly AcceleratorDevice device;
    readonly AcceleratorDeviceStream queue;
    readonly DeviceView values;
    DeviceBuffer? scratch;
    HostMemory? host;
    bool isEmpty;

    internal DeviceSum(AcceleratorDevice device, DeviceView values)
    {
        this.device = device;
        this.values = values;
        queue = (AcceleratorDeviceStream)device.CreateOwnStream();
    }

    /// <summary>What computes them.</summary>
    public DeviceKind Kind => device.Kind;

    /// <summary>How many.</summary>
    public long Length => values.Length;

    /// <summary>Their address on the device, which becomes the calling thread's (CUDA's current context).</summary>
    public float* Values
    {
        get
        {
            device.Accelerator.Bind();
            return Address(values);
        }
    }

    /// <summary>The address of memory on the device for as many.</summary>
    public float* Scratch => Address((scratch ??= device.Allocate(Length)).View);

    /// <summary>Begins a sum: of what a stream holds now, or of nothing.</summary>
    internal void Follow(DeviceStream stream, bool isEmpty)
    {
        this.isEmpty = isEmpty;
        device.Order(((AcceleratorDeviceStream)stream).Queue, queue.Queue);
    }

    /// <summary>Waits until the device has computed them.</summary>
    public void Wait()
    {
        // What counts nothing is -0, which changes no bit of a sum.
        if (isEmpty) device.Kernels.Get<IFill>().Run(queue, -0f, values);
        queue.Synchronize();
    }

    /// <summary>Adds the start of <see cref="Scratch"/> to some of them; done when it returns.</summary>
    /// <param name="at">The first of them.</param>
    /// <param name="length">How many.</param>
    public void AddScratch(long at, long length)
    {
        if (length == 0) return;
        var sums = values.Slice(at, length);
        device.Kernels.Get<IAdd>().Run(queue, sums, scratch!.View.Slice(0, length), sums);
        queue.Synchronize();
    }

    /// <summary>Copies of them, after <see cref="ToHost"/>.</summary>
    public Span<float> Host => host is null ? [] : host.Span;

    /// <summary>Waits until the device has computed them, and copies them.</summary>
    public void ToHost()
    {
        host ??= queue.CreateHostMemory(checked((int)Length));
        device.Accelerator.Bind();
        if (isEmpty) Host.Fill(-0f);
        else queue.Download(values, Host);
    }

    /// <summary>Puts what the copies are now back into the device's memory; done when it returns.</summary>
    public void FromHost()
    {
        queue.Upload(host!, values);
        queue.Synchronize();
    }

    /// <summary>Gives back its memory, when nothing is summed.</summary>
    public void Dispose()
    {
        queue.Dispose();
        scratch?.Dispose();
        host?.Dispose();
    }

    static float* Address(DeviceView view) => (float*)view.Array.LoadEffectiveAddressAsPtr();
}
