using Nin.Ops;

namespace Nin.Training;

/// <summary>
/// Looks at the gradients of a step before the optimiser uses them. One pass over what the update reads anyway, and a wait for the device, which a
/// trainer that reads the loss of each step does not feel.
/// </summary>
sealed class GradientGuard(Device device) : IDisposable
{
    DeviceBuffer? found;
    readonly float[] host = new float[1];

    /// <summary>Whether the last step's gradients were not all finite, so that its update was left out.</summary>
    public bool HasStopped { get; private set; }

    // Called for every training step: the three allocate nothing.
    public void Begin(DeviceStream stream)
    {
        // Taken by the first step, so that making a guard cannot fail.
        found ??= device.Allocate(1);
        stream.Writes(found.View);
        device.Kernels.Get<IFill>().Run(stream, 0, found.View);
    }

    public void Look(DeviceStream stream, DeviceView gradients) => device.Kernels.Get<INonFinite>().Run(stream, gradients, found!.View);

    public bool IsFinite(DeviceStream stream)
    {
        stream.Download(found!.View, host);
        HasStopped = host[0] != 0;
        return !HasStopped;
    }

    public void Dispose() => found?.Dispose();
}
