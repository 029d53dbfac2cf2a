using System.Collections.Concurrent;
using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>
/// <c>dy *= act'</c> for an activation after a normalisation, in portable kernels: what the derivative is a function of is computed again from the
/// normalisation's input, which is kept anyway. A kernel for each activation, compiled at its first use.
/// </summary>
sealed class NormalizedActivationBackward(AcceleratorDevice device)
{
    readonly ConcurrentDictionary<Type, object> kernels = new();

    /// <param name="stream">Order of work.</param>
    /// <param name="map">Sizes, and whether deviations are variances.</param>
    /// <param name="x">Input of the normalisation.</param>
    /// <param name="parameters">Scale and shift.</param>
    /// <param name="mean">Of each channel.</param>
    /// <param name="deviation">Of each channel, as the map says.</param>
    /// <param name="activation">The formula.</param>
    /// <param name="dy">Gradient of its output, which becomes that of its input.</param>
    public void Run<TActivation>(
        DeviceStream stream, in BatchNormMap map, DeviceView x, in BatchNormParameters parameters, DeviceView mean, DeviceView deviation,
        TActivation activation, DeviceView dy)
        where TActivation : unmanaged, IActivation
    {
        var kernel = (NormalizedActivationBackwardKernel<TActivation>)kernels.GetOrAdd(
            typeof(TActivation), static (_, device) => new NormalizedActivationBackwardKernel<TActivation>(device), device);
        bool areAligned = BatchNormArrays.AreAligned(map.Channels, x, dy, dx: default, residual: default)
            && BatchNormChannels.AreAligned(mean, deviation, parameters, map.Channels);
        var arrays = new BatchNormArrays(
            x.Array, new BatchNormChannels(mean.Array, deviation.Array, parameters.Gamma.Array, parameters.Beta.Array), dy.Array, Y: default);
        kernel.Run(stream, map, ChannelRows.Over(map, areAligned), arrays, activation);
    }
}

/// <summary>One thread a block of channels in some pixels.</summary>
sealed class NormalizedActivationBackwardKernel<TActivation>(AcceleratorDevice device)
    where TActivation : unmanaged, IActivation
{
    readonly Action<DeviceStream, KernelConfig, TActivation, int, BatchNormMap, ChannelRows, BatchNormArrays> launch =
        device.Load<TActivation, int, BatchNormMap, ChannelRows, BatchNormArrays>(Kernel);

    public void Run(DeviceStream stream, in BatchNormMap map, in ChannelRows rows, in BatchNormArrays arrays, TActivation activation) =>
        launch(stream, device.Over(rows.Items), activation, TActivation.SavesOutput ? 1 : 0, map, rows, arrays);

    static void Kernel(TActivation activation, int savesOutput, BatchNormMap map, ChannelRows rows, BatchNormArrays arrays)
    {
        for (uint i = PortableThread.Index32; i < (uint)rows.Items; i += PortableThread.Stride32)
        {
            var factors = arrays.Factors(map, rows.Channel((int)i), rows.Width);
            for (long at = (long)i * rows.Width; at < rows.Length; at += rows.Step)
            {
                Float4 saved = BatchNormApply.Scaled(arrays.Normalised(factors, at, rows.Width), factors.Gamma, factors.Beta);
                if (savesOutput != 0) saved = ActivationOfFour.Value(activation, saved, rows.Width);
                ActivationOfFour.Gradient(activation, saved, Float4.Load(arrays.Dy, at, rows.Width), rows.Width).Store(arrays.Dy, at, rows.Width);
            }
        }
    }
}
