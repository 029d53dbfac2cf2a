namespace Nin.Data;

/// <summary>Fills the batches of one epoch, one after another.</summary>
sealed class EpochFiller(ImageDataset data, ImagePipeline pipeline, int[] order, int batchSize, int epoch)
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
        return true;
    }
}
