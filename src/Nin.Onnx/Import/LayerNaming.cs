using System.Globalization;

namespace Nin.Onnx;

/// <summary>Gives layers the names that their declaration gives them.</summary>
static class LayerNaming
{
    /// <summary>Names a network's layers, those of stages by stage, copy and their name in the block.</summary>
    public static void Name(ImportedNetwork network)
    {
        var stages = Stages.Find(network.Layers);
        var counts = new Dictionary<string, int>();
        int number = 0;
        for (int i = 0; i < network.Layers.Count;)
        {
            if (!stages.TryGetValue(i, out var stage))
            {
                network.Layers[i].Name = Next(network.Layers[i].Kind, counts);
                i++;
                continue;
            }

            string prefix = StageName(++number);
            for (int copy = 0; copy < stage.Copies.Count; copy++)
            {
                string of = stage.Copies.Count == 1 ? prefix : string.Create(CultureInfo.InvariantCulture, $"{prefix}_{copy + 1}");
                foreach (string name in stage.Copies[copy].Names) network.Layers[i++].Name = $"{of}_{name}";
            }
        }
    }

    /// <summary>What the stage with a number is called.</summary>
    public static string StageName(int number) => string.Create(CultureInfo.InvariantCulture, $"Stage{number}");

    /// <summary>The next name of a kind: its stem and an ordinal.</summary>
    public static string Next(string kind, Dictionary<string, int> counts)
    {
        string stem = kind switch
        {
            "Conv2d" => "Conv",
            "ConvTranspose2d" => "Up",
            "BatchNorm2d" => "Norm",
            "MaxPool2d" or "AvgPool2d" => "Pool",
            "GlobalAvgPool2d" or "GlobalMaxPool2d" => "GlobalPool",
            _ => kind,
        };
        counts[stem] = counts.GetValueOrDefault(stem) + 1;
        return string.Create(CultureInfo.InvariantCulture, $"{stem}{counts[stem]}");
    }
}
