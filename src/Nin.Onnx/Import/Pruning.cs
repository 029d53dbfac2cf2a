namespace Nin.Onnx;

/// <summary>Leaves out layers that nothing reads: a sigmoid that became part of a SiLU, a branch for training.</summary>
static class Pruning
{
    /// <summary>Which layers the last one depends on, itself included.</summary>
    public static bool[] Needed(IReadOnlyList<ImportedLayer> layers, int last)
    {
        bool[] needed = new bool[layers.Count];
        needed[last] = true;
        for (int i = last; i >= 0; i--)
        {
            if (!needed[i]) continue;
            foreach (int input in layers[i].Inputs)
                if (input >= 0) needed[input] = true;
        }

        return needed;
    }

    /// <summary>The layers that are needed, in their order, reading each other by their new positions.</summary>
    public static List<ImportedLayer> Keep(IReadOnlyList<ImportedLayer> layers, bool[] needed)
    {
        int[] position = new int[layers.Count];
        var kept = new List<ImportedLayer>();
        for (int i = 0; i < layers.Count; i++)
        {
            if (!needed[i]) continue;
            position[i] = kept.Count;
            kept.Add(layers[i] with { Inputs = [.. layers[i].Inputs.Select(input => input < 0 ? -1 : position[input])] });
        }

        return kept;
    }
}
