namespace Nin;

/// <summary>What runs the kernels.</summary>
public enum DeviceKind
{
    /// <summary>Vectorised managed code on the processor.</summary>
    Cpu,

    /// <summary>The portable kernels on ILGPU's CPU accelerator: right everywhere, slow, no hardware needed.</summary>
    Emulator,

    /// <summary>The portable kernels on an OpenCL device.</summary>
    OpenCl,

    /// <summary>The portable kernels on an NVIDIA GPU.</summary>
    Cuda,
}
