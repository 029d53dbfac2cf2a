using System.Globalization;
using Nin.Data;

namespace Nin.App.Checks;

/// <summary>
/// Compares one device with another whose kernels are other code: what <see cref="EveryLayerNet"/> gives in inference and training, and all its gradients. The same
/// mistake in both would not be seen, which is what the gradient check is for.
/// </summary>
static class EngineComparison
{
    const int Batch = 3;

    /// <summary>
    /// How far two results may be apart, by their norms. Sums of up to 500 products in float32 round to 1e-4 of their norm at worst, and two dozen layers add up;
    /// a kernel that is wrong, even at a border alone, is off by a hundredth or more.
    /// </summary>
    public const double Tolerance = 1e-3;

    /// <summary>The largest distance, in words.</summary>
    /// <exception cref="InvalidOperationException">The devices disagree; the message names the first result that does.</exception>
    public static string Run(Device device, Device other)
    {
        var here = Results(device);
        var there = Results(other);
        double largest = 0;
        string at = "";
        foreach (var (name, values) in here)
        {
            double distance = Distance(values, there[name]);
            if (!(distance <= Tolerance))
                throw new InvalidOperationException(string.Create(
                    CultureInfo.InvariantCulture, $"{name} is {distance:G2} away from that of {other.Id}, more than {Tolerance:G1}"));
            if (distance >= largest) (largest, at) = (distance, name);
        }

        return string.Create(CultureInfo.InvariantCulture, $"{here.Count} results within {largest:G2} of {other.Id}'s (at most at {at})");
    }

    static Dictionary<string, float[]> Results(Device device)
    {
        using var network = new EveryLayerNet(device, seed: 1);
        using var session = network.CreateSession(Batch);
        using var images = network.CreateInput(Batch);
        var shape = EveryLayerNet.Architecture.Input;
        var data = SyntheticDataset.Create(Batch, shape.Channels, shape.Height, shape.Width, seed: 1);
        images.CopyFrom([.. data.Pixels.ToArray().Select(p => p / 128f - 1)], Layout.Nchw);
        var results = new Dictionary<string, float[]> { ["inference"] = session.Forward(images).ToArray() };
        using var tape = new Tape(device);
        var input = tape.Input(images.Tensor, needsGradient: true);
        var logits = session.ForwardTraining(input);
        results.Add("training", logits.Value.ToArray());
        var loss = Loss.CrossEntropy(logits, [0, 3, 5]);
        loss.Backward();
        results.Add("the loss", [loss.Value]);
        results.Add("the gradient of the images", input.Gradient.ToArray(Layout.Nchw));
        foreach (var parameter in network.Parameters)
        {
            if (parameter.Spec.IsTrainable) results.Add($"the gradient of {parameter.Name}", parameter.GradientToArray());
            else results.Add(parameter.Name, parameter.ToArray());
        }

        return results;
    }

    /// <summary>How far two results are apart, as a share of the second.</summary>
    public static double Distance(float[] a, float[] b)
    {
        double apart = 0, size = 0;
        for (int i = 0; i < a.Length; i++)
        {
            apart += Math.Pow((double)a[i] - b[i], 2);
            size += (double)b[i] * b[i];
        }

        // What is zero but for rounding, such as the gradient of a bias that a normalisation cancels, is measured against values of size 1e-3.
        return Math.Sqrt(apart) / (Math.Sqrt(size) + 1e-3 * Math.Sqrt(a.Length));
    }
}
