using ILGPU.Runtime;

namespace Nin;

/// <summary>A queue of an ILGPU accelerator.</summary>
sealed class AcceleratorDeviceStream(AcceleratorDevice device, AcceleratorStream queue) : DeviceStream(device)
{
    public AcceleratorStream Queue { get; } = queue;

    public override void Synchronize() => Queue.Synchronize();
}
