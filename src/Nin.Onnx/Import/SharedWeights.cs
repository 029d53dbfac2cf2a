using Nin.Onnx.Schema;

namespace Nin.Onnx;

/// <summary>Finds numbers of the file that are weights of several layers: there they are one tensor, here each layer has parameters of its own.</summary>
sealed class SharedWeights
{
    /// <summary>What the declaration says of them.</summary>
    public const string Note = "Weights that several layers of the file share are parameters of each layer here: training moves them apart.";

    readonly HashSet<string> taken = new(StringComparer.Ordinal);

    /// <summary>Whether a node that became layers with weights reads numbers that another one made its own.</summary>
    /// <param name="node">The node.</param>
    /// <param name="values">What names stand for.</param>
    public bool Take(NodeProto node, IReadOnlyDictionary<string, Value> values)
    {
        bool shared = false;
        foreach (string name in node.Input.Distinct())
        {
            // One number is a bound or a slope, and whole ones are sizes.
            if (values.GetValueOrDefault(name) is Constant { Length: > 1, Floats: not null } numbers) shared |= !taken.Add(numbers.Name ?? name);
        }

        return shared;
    }
}
