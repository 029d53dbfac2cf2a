using System.Collections.Concurrent;
using Nin.Data;

namespace Nin.Training;

/// <summary>
/// The batches of a loader in a device's memory. To an accelerator the thread that made a batch also uploads it, while the batches before
/// are computed; the processor computes in the same memory, so there the caller copies.
/// </summary>
sealed class InputFeed : IDisposable
{
    readonly DataLoader loader;
    readonly Shape shape;
    readonly Device device;
    readonly TensorBuffer? input;
    readonly ConcurrentDictionary<ImageBatch, TensorUpload> uploads = [];

    /// <exception cref="InsufficientMemoryException">The device has insufficient memory.</exception>
    public InputFeed(INetwork network, DataLoader loader)
    {
        this.loader = loader;
        shape = network.Architecture.Input;
        device = network.Device;
        if (!device.CopiesBesideWork) input = new TensorBuffer(device, loader.LargestPart, shape);
    }

    /// <inheritdoc cref="DataLoader.Epoch(int, int, CancellationToken)"/>
    public IEnumerable<ImageBatch> Epoch(int epoch, int firstBatch, CancellationToken cancellation) =>
        loader.Epoch(epoch, firstBatch, device.CopiesBesideWork ? Upload : null, cancellation);

    /// <summary>A batch of <see cref="Epoch"/> on the device, until the next is asked for.</summary>
    public Tensor On(ImageBatch batch) => input is null ? uploads[batch].Tensor : input.CopyFrom(batch.Images, batch.Count, Layout.Nchw);

    public void Dispose()
    {
        input?.Dispose();
        foreach (var upload in uploads.Values) upload.Dispose();
        uploads.Clear();
    }

    void Upload(ImageBatch batch) =>
        uploads.GetOrAdd(batch, static (_, feed) => new TensorUpload(feed.device, feed.loader.LargestPart, feed.shape), this)
            .Start(batch.Images, batch.Count, Layout.Nchw);
}

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
                $"{network.Architecture.Name} gives {output}, not one logit per class: end it with GlobalAvgPool2d or Flatten and Linear.", nameof(network));
        if (data.ClassNames.Count > output.Channels)
            throw new ArgumentException(
                $"The images have {data.ClassNames.Count} classes, and {network.Architecture.Name} knows {output.Channels}.", nameof(data));
    }

    /// <summary>Batches of the size of the network's input, in the data set's order.</summary>
    public static DataLoaderOptions LoaderOptions(INetwork network, Normalization? normalization, int batchSize) => new()
    {
        BatchSize = batchSize,
        Height = network.Architecture.Input.Height,
        Width = network.Architecture.Input.Width,
        Normalization = normalization,
    };
}
