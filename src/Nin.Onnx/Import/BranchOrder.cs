namespace Nin.Onnx;

/// <summary>Brings the branches of a block into the one order in which <see cref="Stages"/> compares blocks, whichever their exporter wrote.</summary>
static class BranchOrder
{
    /// <summary>The same layers, with the convolution and normalisation of a sum's shortcut right before the sum, after the block's body.</summary>
    public static List<ImportedLayer> ShortcutsLast(List<ImportedLayer> layers)
    {
        int[] readers = new int[layers.Count];
        foreach (int input in layers.SelectMany(l => l.Inputs).Where(i => i >= 0)) readers[input]++;
        var shortcuts = new Dictionary<int, int>();
        for (int sum = 0; sum < layers.Count; sum++)
            if (FindShortcut(sum) is { } norm) shortcuts[sum] = norm;
        var moved = shortcuts.Values.SelectMany(norm => (int[])[layers[norm].Inputs[0], norm]).ToHashSet();
        List<int> order = [];
        for (int i = 0; i < layers.Count; i++)
        {
            if (moved.Contains(i)) continue;
            // What the shortcut begins with is earlier than the shortcut, and is no shortcut itself: nothing but the sum reads one.
            if (shortcuts.TryGetValue(i, out int norm)) order.AddRange([layers[norm].Inputs[0], norm]);
            order.Add(i);
        }

        int[] position = new int[layers.Count];
        for (int i = 0; i < order.Count; i++) position[order[i]] = i;
        return [.. order.Select(i => layers[i] with { Inputs = [.. layers[i].Inputs.Select(input => input < 0 ? -1 : position[input])] })];

        int? FindShortcut(int sum)
        {
            if (layers[sum] is not { Kind: "Add", Inputs: [var a, var b] }) return null;
            // Of a block whose body ends in a pixel's convolution too, the shortcut is what begins earlier.
            return (Beginning(a), Beginning(b)) switch
            {
                ({ } first, { } second) => first < second ? a : second < first ? b : null,
                ({ } first, null) when first < b => a,
                (null, { } second) when second < a => b,
                _ => null,
            };
        }

        // What a projection that only the sum depends on reads.
        int? Beginning(int norm) =>
            Stages.ProjectionBefore(layers, norm) is { } convolution && readers[norm] == 1 && readers[convolution] == 1 ? layers[convolution].Inputs[0] : null;
    }
}
