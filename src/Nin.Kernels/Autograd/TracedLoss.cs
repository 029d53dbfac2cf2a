namespace Nin;

/// <summary>The loss of a batch on a tape, where the backward pass starts.</summary>
public sealed class TracedLoss
{
    readonly Traced logits;
    readonly BatchLoss loss;
    (float Loss, int Correct)? result;

    internal TracedLoss(Traced logits, BatchLoss loss)
    {
        this.logits = logits;
        this.loss = loss;
    }

    /// <summary>The mean loss; the first read waits for the device.</summary>
    public float Value => Read().Loss;

    /// <summary>How many predictions of the batch are correct.</summary>
    public int Correct => Read().Correct;

    /// <summary>
    /// Computes the gradients of all parameters and inputs that need one. Parameters' gradients add up until an optimiser's step or
    /// <see cref="ParameterSet.ZeroGrad"/>.
    /// </summary>
    /// <exception cref="InvalidOperationException">The tape was reset since, or nothing needs a gradient.</exception>
    public void Backward() => logits.Tape.Backward(logits, loss.Run);

    (float Loss, int Correct) Read()
    {
        if (result is { } known) return known;
        _ = logits.Tape.NodeOf(logits);
        var read = loss.Read(new float[2 * logits.Value.Batch]);
        result = read;
        return read;
    }
}
