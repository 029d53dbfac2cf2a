using Nin.Checkpoints;

namespace Nin.Training;

/// <summary>The best epoch of a run, with its weights, and how long ago it was.</summary>
sealed class BestSoFar(BestWeights criterion)
{
    /// <summary>The best epoch; null before there is one.</summary>
    public BestEpoch? Epoch { get; private set; }

    /// <summary>Its parameters and buffers, by name, in PyTorch's order; null before there are some.</summary>
    public IReadOnlyDictionary<string, float[]>? Weights { get; private set; }

    public bool IsKept => criterion != BestWeights.None;

    /// <summary>Compares an epoch, and takes the weights of a better one. A loss that is NaN is never better.</summary>
    public bool Offer(int epoch, EvaluationResult validation, INetwork network)
    {
        double score = criterion == BestWeights.ByAccuracy ? validation.Accuracy : -validation.Loss;
        if (Epoch is { } best && !(score > best.Score))
        {
            Epoch = best with { Waited = best.Waited + 1 };
            return false;
        }

        if (double.IsNaN(score)) return false;
        Epoch = new BestEpoch(epoch, score, 0);
        Weights = network.Parameters.ToDictionary(p => p.Name, p => p.ToArray());
        return true;
    }

    /// <summary>Goes on from a checkpoint.</summary>
    public void Resume(BestEpoch? epoch, IReadOnlyDictionary<string, float[]>? weights) => (Epoch, Weights) = (epoch, weights);

    /// <summary>Gives a network the best weights; nothing where there are none.</summary>
    public void Restore(INetwork network)
    {
        if (Weights is null) return;
        using var writing = network.Parameters.Write();
        foreach (var (name, values) in Weights) network.Parameters[name].CopyFrom(values);
    }
}
