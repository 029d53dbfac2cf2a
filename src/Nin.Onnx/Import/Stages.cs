using System.Globalization;
using System.Text;
using Nin.Shapes.Sizes;

namespace Nin.Onnx;

/// <summary>A run of equal blocks, as one <c>[LayersOf]</c> declares them.</summary>
/// <param name="Template">The block that they are copies of.</param>
/// <param name="Filters">What it gives for <c>Block.Filters</c>.</param>
/// <param name="Stride">What it gives for <c>Block.Stride</c>, in the first copy; 1 in the others.</param>
/// <param name="Copies">The copies.</param>
sealed record Stage(BlockTemplate Template, int Filters, int Stride, IReadOnlyList<BlockCopy> Copies);

/// <summary>A block's declaration.</summary>
/// <param name="Text">What makes it equal to another: its layers as they are declared.</param>
/// <param name="Lines">Its layers, in the order of the declaration.</param>
sealed record BlockTemplate(string Text, IReadOnlyList<TemplateLine> Lines)
{
    /// <summary>The class that declares it.</summary>
    public string Name { get; set; } = "";
}

/// <summary>A layer of a block as it is declared.</summary>
/// <param name="Layer">One of the copies' layers.</param>
/// <param name="Arguments">Its arguments as C#.</param>
/// <param name="Name">Its name in the block.</param>
sealed record TemplateLine(ImportedLayer Layer, string Arguments, string Name);

/// <summary>Layers that are a copy of a block.</summary>
/// <param name="Start">Position of the first.</param>
/// <param name="Count">How many.</param>
/// <param name="Names">The name in the block of each, in order; those of a projection are after the sum's.</param>
sealed record BlockCopy(int Start, int Count, IReadOnlyList<string> Names);

/// <summary>
/// Finds the blocks that repeat in a network. A block begins and ends where a single value goes on (a cut) and has a sum or another merge of
/// branches in between; an activation after it is its last layer. A block without branches begins with a convolution and gives the shape that it reads, several
/// times one right after the other (MobileNetV1's pairs).
/// </summary>
static class Stages
{
    /// <summary>The stages by the position of their first layer; a block that occurs once is not one.</summary>
    public static IReadOnlyDictionary<int, Stage> Find(IReadOnlyList<ImportedLayer> layers)
    {
        var blocks = Ranges(layers).Select(r => Describe(layers, r.Start, r.Count)).ToList();
        var repeated = blocks.GroupBy(b => b.Template.Text).Where(g => g.Count() > 1).ToDictionary(g => g.Key, g => g.First().Template);
        var stages = new Dictionary<int, Stage>();
        foreach (var run in Runs([.. blocks.Where(b => repeated.ContainsKey(b.Template.Text))]))
            stages.Add(run[0].Copy.Start, new Stage(repeated[run[0].Template.Text], run[0].Filters, run[0].Stride, [.. run.Select(b => b.Copy)]));
        foreach (var run in Chains(layers, [.. blocks.SelectMany(b => Enumerable.Range(b.Copy.Start, b.Copy.Count))]))
            stages.Add(run[0].Copy.Start, new Stage(run[0].Template, run[0].Filters, Stride: 1, [.. run.Select(b => b.Copy)]));
        return stages;
    }

    /// <summary>Repeated blocks without branches; of several cuts of the same layers, the one that repeats most of them, in the shortest blocks.</summary>
    static IEnumerable<List<Candidate>> Chains(IReadOnlyList<ImportedLayer> layers, HashSet<int> taken)
    {
        // A class of its own is shorter where it saves as many layers as a pair of normalised convolutions has.
        const int Most = 12, LeastSaved = 6;
        int[] readers = new int[layers.Count];
        foreach (int input in layers.SelectMany(l => l.Inputs).Where(i => i >= 0)) readers[input]++;
        for (int start = 1; start < layers.Count;)
        {
            List<Candidate> longest = [];
            for (int length = 1; length <= Most; length++)
            {
                List<Candidate> run = [];
                for (int at = start; IsChain(at, length); at += length)
                {
                    var block = Describe(layers, at, length, strides: false);
                    if (run.Count > 0 && (block.Template.Text != run[0].Template.Text || block.Filters != run[0].Filters)) break;
                    run.Add(block);
                }

                if ((run.Count - 1) * length >= LeastSaved && run.Count * length > longest.Sum(b => b.Copy.Count)) longest = run;
            }

            if (longest.Count > 0) yield return longest;
            start += Math.Max(1, longest.Sum(b => b.Copy.Count));
        }

        bool IsChain(int at, int length) =>
            at + length <= layers.Count && layers[at].Kind is "Conv2d" or "Pointwise"
            && layers[at - 1].Output == layers[at + length - 1].Output
            && Enumerable.Range(at, length).All(i => !taken.Contains(i) && layers[i].Inputs is [var input] && input == i - 1 && readers[i - 1] == 1);
    }

    /// <summary>Blocks one right after the other, of one template and one number of filters, of which the first alone may have a stride.</summary>
    static IEnumerable<List<Candidate>> Runs(IReadOnlyList<Candidate> blocks)
    {
        List<Candidate> run = [];
        foreach (var block in blocks)
        {
            if (run.Count > 0)
            {
                var last = run[^1];
                bool goesOn = block.Copy.Start == last.Copy.Start + last.Copy.Count && block.Template.Text == last.Template.Text
                    && block.Filters == last.Filters && block.Stride == 1;
                if (!goesOn)
                {
                    yield return run;
                    run = [];
                }
            }

            run.Add(block);
        }

        if (run.Count > 0) yield return run;
    }

    static IEnumerable<(int Start, int Count)> Ranges(IReadOnlyList<ImportedLayer> layers)
    {
        // After the layer at a cut, nothing earlier is read again.
        int[] earliest = new int[layers.Count + 1];
        earliest[layers.Count] = int.MaxValue;
        for (int i = layers.Count - 1; i >= 0; i--) earliest[i] = Math.Min(earliest[i + 1], layers[i].Inputs.Min());
        int start = 0;
        for (int i = 0; i < layers.Count; i++)
        {
            if (earliest[i + 1] < i) continue;
            int next = i + 1;
            if (i > start)
            {
                if (next < layers.Count && Activations.Kinds.Contains(layers[next].Kind) && earliest[next + 1] >= next) next++;
                yield return (start, next - start);
                i = next - 1;
            }

            start = next;
        }
    }

    static Candidate Describe(IReadOnlyList<ImportedLayer> layers, int start, int count, bool strides = true)
    {
        var own = Enumerable.Range(start, count).ToList();
        int filters = own.Select(i => (int?)layers[i]["Filters"]).FirstOrDefault(f => f is not null) ?? 0;
        var projections = own.Select(i => FindProjection(layers, i, start)).Where(p => p is not null).Select(p => p!).ToDictionary(p => p.Sum);
        var projected = projections.Values.SelectMany(p => (int[])[p.Convolution, p.Norm]).ToHashSet();
        List<int> declared = [.. own.Where(i => !projected.Contains(i))];

        var names = new Dictionary<int, string>();
        var counts = new Dictionary<string, int>();
        foreach (int i in declared) names[i] = LayerNaming.Next(layers[i].Kind, counts);
        foreach (var p in projections.Values) (names[p.Convolution], names[p.Norm]) = ($"{names[p.Sum]}Project", $"{names[p.Sum]}ProjectNorm");

        // The one convolution that has the block's stride; where none shows it, the first that looks at more than a pixel.
        int strided = declared.FirstOrDefault(i => layers[i]["Stride"] > 1, declared.FirstOrDefault(i => IsSquareWindow(layers[i]), -1));
        bool hasStride = strides && strided >= 0 && layers[strided].Kind == "Conv2d";
        int stride = hasStride ? (int)(layers[strided]["Stride"] ?? 1) : 1;
        var lines = new List<TemplateLine>();
        int before = start - 1;
        foreach (int i in declared)
        {
            var layer = layers[i];
            int[] inputs = [.. layer.Inputs];
            if (projections.TryGetValue(i, out var projection)) inputs = [projection.Main, start - 1];
            // The sum measures its other inputs by the first.
            else if (layer.Kind == "Add" && inputs.Length == 2 && inputs[0] < start) inputs = [inputs[1], inputs[0]];
            string arguments = DeclarationWriter.Arguments(
                layer, [.. inputs.Select(input => input < start ? "\"input\"" : $"\"{names[input]}\"")], isNext: inputs[0] == before,
                (argument, value) => argument switch
                {
                    "Filters" when value == filters => "Block.Filters",
                    // Depthwise.
                    "Groups" when value == filters && layer["Filters"] == value => "Block.Filters",
                    "Stride" when hasStride && i == strided => "Block.Stride",
                    _ => null,
                },
                extra: layer.Kind == "Add" && inputs.Length == 2 && inputs[1] == start - 1 ? "Project = true" : null,
                stride: hasStride && i == strided);
            lines.Add(new TemplateLine(layer, arguments, names[i]));
            before = i;
        }

        var text = new StringBuilder();
        foreach (var line in lines) text.Append(CultureInfo.InvariantCulture, $"{line.Layer.Kind}({line.Arguments})\n");
        return new Candidate(new BlockTemplate(text.ToString(), lines), filters, stride, new BlockCopy(start, count, [.. own.Select(i => names[i])]));
    }

    static bool IsSquareWindow(ImportedLayer layer) => layer.Kind == "Conv2d" && layer["Kernel"] > 1 && layer["StrideHeight"] is null;

    /// <summary>The 1x1 convolution and normalisation by which a sum's shortcut gets the shape of the other branch, as <c>Project</c> declares them.</summary>
    static Shortcut? FindProjection(IReadOnlyList<ImportedLayer> layers, int sum, int start)
    {
        if (layers[sum] is not { Kind: "Add", Inputs: [var a, var b] }) return null;
        foreach (var (main, norm) in ((int, int)[])[(a, b), (b, a)])
        {
            if (norm < start || ProjectionBefore(layers, norm) is not { } convolution || convolution < start) continue;
            var layer = layers[convolution];
            bool isOnlyHere = layers.Count(l => l.Inputs.Contains(convolution)) == 1 && layers.Count(l => l.Inputs.Contains(norm)) == 1;
            if (layer.Inputs[0] == start - 1 && main >= start && start > 0 && isOnlyHere
                && StrideOfProjection(layers[start - 1].Output, layers[sum].Output) == (layer["Stride"] ?? 1)) return new(sum, main, convolution, norm);
        }

        return null;
    }

    /// <summary>The 1x1 convolution that a normalisation reads, where both are such as <c>Project</c> inserts.</summary>
    public static int? ProjectionBefore(IReadOnlyList<ImportedLayer> layers, int norm) =>
        norm >= 0 && layers[norm] is { Kind: "BatchNorm2d", Arguments: [], Inputs: [>= 0 and var convolution] } && layers[convolution] is { Inputs: [_] } layer && layer["Bias"] == 0
        && (layer.Kind == "Pointwise" || (layer.Kind == "Conv2d" && layer["Kernel"] == 1 && layer.Arguments.All(x => x.Name is "Filters" or "Kernel" or "Stride" or "Bias")))
            ? convolution : null;

    /// <summary>The stride of what <c>Project</c> inserts: the least that gives no more pixels than required; 0 between equal shapes, where it inserts nothing.</summary>
    static int StrideOfProjection(Shape from, Shape to) =>
        from == to ? 0 : Math.Max((from.Height + to.Height - 1) / to.Height, (from.Width + to.Width - 1) / to.Width);

    sealed record Shortcut(int Sum, int Main, int Convolution, int Norm);

    sealed record Candidate(BlockTemplate Template, int Filters, int Stride, BlockCopy Copy);
}
