using Nin.Data;

namespace Nin.Training;

/// <summary>Runs inference over a data set in a session that it borrows, as often as it is asked.</summary>
sealed class Evaluator : IDisposable
{
    readonly ISession session;
    readonly ImageDataset data;
    readonly BatchLoader loader;
    readonly TensorBuffer input;
    readonly int classes;
    readonly float[] logits;

    public Evaluator(INetwork network, ISession session, ImageDataset data, Normalization? normalization, int batchSize)
    {
        this.session = session;
        this.data = data;
        loader = new BatchLoader(data, InputData.LoaderOptions(network, normalization, batchSize));
        classes = network.Architecture.Output.Channels;
        logits = new float[loader.BatchSize * classes];
        input = new TensorBuffer(network.Device, loader.BatchSize, network.Architecture.Input);
    }

    public EvaluationResult Run(CancellationToken cancellation)
    {
        var tally = new EvaluationTally(classes);
        foreach (var batch in loader.Epoch(0, cancellation))
        {
            var y = session.Forward(input.CopyFrom(batch.Images, batch.Count, Layout.Nchw));
            var part = logits.AsSpan(0, batch.Count * classes);
            y.CopyTo(part, Layout.Nhwc);
            for (int i = 0; i < batch.Count; i++) tally.Add(part.Slice(i * classes, classes), batch.Labels[i]);
        }

        return tally.Result(data.ClassNames);
    }

    public void Dispose() => input.Dispose();
}
