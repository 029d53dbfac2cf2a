namespace Nin.Data;

/// <summary>Fills the batches of one epoch, one after another.</summary>
/// <param name="data">Where the images are.</param>
/// <param name="pipeline">Makes them fit.</param>
/// <param name="order">Their order.</param>
/// <param name="batchSize">Images at a time.</param>
/// <param name="epoch">Epoch, from 0.</param>
/// <param name="filled">Called with each batch that was filled.</param>
sealed class EpochFiller(
    ImageDataset data, ImagePipeline pipeline, int[] order, int batchSize, int epoch, Action<ImageBatch>? filled = null)
{
    int next;

    /// <summary>Fills the epoch's next batch; false if there is none.</summary>
    public bool Fill(ImageBatch batch, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        int count = Math.Min(batchSize, order.Length - next);
        if (count == 0)
            return false;
        batch.Fill(order.AsSpan(next, count), data, pipeline, epoch, cancellation);
        next += count;
        filled?.Invoke(batch);
        return true;
    }
}
