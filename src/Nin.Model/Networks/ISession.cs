using Nin.Training;

namespace Nin;

/// <summary>A session whatever its network's shapes; see <see cref="Session{TIn, TOut}"/>.</summary>
public interface ISession : IDisposable
{
    /// <summary>The largest batch that its memory holds now.</summary>
    int MaxBatch { get; }

    /// <summary>Bytes of activations and their gradients.</summary>
    long PlanBytes { get; }

    /// <summary>Bytes that ops asked for beside the plan.</summary>
    long WorkspaceBytes { get; }

    /// <summary>How many predictions of the last training step were right.</summary>
    int LastCorrect { get; }

    /// <summary>Inference over a batch in the shape of the network's input.</summary>
    Tensor Forward(Tensor x);

    /// <summary>A whole training step; returns the mean cross entropy before it.</summary>
    float TrainStep(Tensor x, ReadOnlySpan<int> labels, Optimizer optimizer);

    /// <summary>The same step without waiting for its loss.</summary>
    void QueueTrainStep(Tensor x, ReadOnlySpan<int> labels, Optimizer optimizer);

    /// <summary>Waits for the training step that was queued last: its mean cross entropy before it.</summary>
    float ReadLoss();
}
