using Nin.Data;

namespace Nin.Training;

/// <summary>Fits a data set to a network's input.</summary>
static class InputData
{
    /// <exception cref="ArgumentException">The images have other channels than the network, or more classes; or it does not classify.</exception>
    public static void Check(INetwork network, ImageDataset data)
    {
        var (input, output) = (network.Architecture.Input, network.Architecture.Output);
        if (data.Channels != input.Channels)
            throw new ArgumentException($"The images have {data.Channels} channels, and {network.Architecture.Name} takes {input.Channels} ({input}).", nameof(data));
        if (output.Pixels != 1)
            throw new ArgumentException(
                $"{network.Architecture.Name} gives {output}, not one logit a class: end it with GlobalAvgPool2d or Flatten and Linear.", nameof(network));
        if (data.ClassNames.Count > output.Channels)
            throw new ArgumentException(
                $"The images have {data.ClassNames.Count} classes, and {network.Architecture.Name} knows {output.Channels}.", nameof(data));
    }

    /// <summary>Batches of the size of the network's input, in the data set's order.</summary>
    public static BatchLoaderOptions LoaderOptions(INetwork network, Normalization? normalization, int batchSize) => new()
    {
        BatchSize = batchSize,
        Height = network.Architecture.Input.Height,
        Width = network.Architecture.Input.Width,
        Normalization = normalization,
    };
}
