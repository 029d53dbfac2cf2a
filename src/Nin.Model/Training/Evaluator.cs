using Nin.Data;

namespace Nin.Training;

/// <summary>Runs inference over a data set in a session that it borrows, as often as it is asked.</summary>
sealed class Evaluator : IDisposable
{
    readonly ISession session;
    readonly ImageDataset data;
    readonly InputFeed input;
    readonly int classes;
    readonly float[] logits;

    public Evaluator(INetwork network, ISession session, ImageDataset data, Normalization? normalization, int batchSize)
    {
        this.session = session;
        this.data = data;
        var loader = new BatchLoader(data, InputData.LoaderOptions(network, normalization, batchSize));
        classes = network.Architecture.Output.Channels;
        logits = new float[loader.BatchSize * classes];
        input = new InputFeed(network, loader);
    }

    public EvaluationResult Run(CancellationToken cancellation)
    {
        var tally = new EvaluationTally(classes);
        foreach (var batch in input.Epoch(0, cancellation))
        {
            var y = session.Forward(input.On(batch));
            var part = logits.AsSpan(0, batch.Count * classes);
            y.CopyTo(part, Layout.Nhwc);
            for (int i = 0; i < batch.Count; i++) tally.Add(part.Slice(i * classes, classes), batch.Labels[i]);
        }

        return tally.Result(data.ClassNames);
    }

    public void Dispose() => input.Dispose();
}
