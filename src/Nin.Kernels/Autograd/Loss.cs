namespace Nin;

/// <summary>Losses: what training makes small.</summary>
public static class Loss
{
    /// <summary>The mean over the batch of <c>-log softmax(logits)[label]</c> (PyTorch's <c>CrossEntropyLoss</c>).</summary>
    /// <param name="logits">One logit a class: <c>[batch, classes]</c>.</param>
    /// <param name="labels">One class an example, from 0.</param>
    /// <exception cref="ArgumentException">The number of labels is wrong, a label is no class, or the logits have more than one pixel.</exception>
    public static TracedLoss CrossEntropy<TShape>(Traced<TShape> logits, ReadOnlySpan<int> labels)
        where TShape : struct, IShape => CrossEntropy(logits.Untyped, labels);

    /// <inheritdoc cref="CrossEntropy{TShape}"/>
    public static TracedLoss CrossEntropy(Traced logits, ReadOnlySpan<int> labels)
    {
        var value = logits.Value;
        var tape = logits.Tape;
        var memory = tape.Allocate((long)value.Batch * Nin.CrossEntropy.FloatsPerExample);
        var loss = new CrossEntropy(value.Shape, value.Batch, value.View, memory);
        Nin.CrossEntropy.CheckLabels(labels, value.Batch, value.Shape.Channels);
        tape.Stream.Reads(value.View);
        loss.SetLabels(tape.Stream, labels);
        loss.Run(tape.Stream, dlogits: default);
        return new TracedLoss(logits, loss);
    }
}
