namespace Nin.Training;

/// <summary>Training met a loss or a gradient that is NaN or infinite. The weights are those before the step, if its gradients were to blame.</summary>
public sealed class DivergedException : InvalidOperationException
{
    /// <summary>Not met yet.</summary>
    public DivergedException()
    {
    }

    /// <param name="message">What happened.</param>
    public DivergedException(string message)
        : base(message)
    {
    }

    /// <param name="message">What happened.</param>
    /// <param name="innerException">Why.</param>
    public DivergedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    internal DivergedException(string message, int epoch, int step, string? layer)
        : base(message)
    {
        Epoch = epoch;
        Step = step;
        Layer = layer;
    }

    /// <summary>Epoch, from 1.</summary>
    public int Epoch { get; }

    /// <summary>Step of the epoch, from 1.</summary>
    public int Step { get; }

    /// <summary>
    /// The layer where it began, by its name in the <see cref="Architecture"/>; null where it began in the images or the loss, or where running the step again
    /// layer by layer gave finite numbers.
    /// </summary>
    public string? Layer { get; }
}
