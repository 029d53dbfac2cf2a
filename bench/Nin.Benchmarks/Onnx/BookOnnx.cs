using Nin.Runner.Models;

namespace Nin.Benchmarks.Onnx;

/// <summary>The book's network as an <c>.onnx</c> file, with the weights of a network of Nin.</summary>
static class BookOnnx
{
    /// <summary>Writes a fresh network to a file among the system's temporary ones.</summary>
    public static string WriteTemporary()
    {
        string path = Path.Combine(Path.GetTempPath(), "nin-benchmarks-book.onnx");
        using var device = Device.Open("cpu");
        using var network = new BookNin(device);
        Write(network, path);
        return path;
    }

    /// <summary>Writes a network that is a chain of blocks without normalisation, poolings and dropouts (which inference leaves out).</summary>
    public static void Write(INetwork network, string path)
    {
        var architecture = network.Architecture;
        var graph = new OnnxGraph(architecture.Name, architecture.Input);
        foreach (var layer in architecture.Layers)
        {
            switch (layer.Kind)
            {
                case "NinBlock":
                    Block(graph, network, layer);
                    break;
                case "MaxPool2d":
                    graph.MaxPool(Argument(layer, "Kernel"), Argument(layer, "Stride"), Argument(layer, "Padding"));
                    break;
                case "GlobalAvgPool2d":
                    graph.Node("GlobalAveragePool");
                    break;
                case "Flatten":
                    graph.Node("Flatten");
                    break;
                case "Dropout":
                    break;
                default:
                    throw new ArgumentException($"{layer.Name} is a {layer.Kind}, which this writer does not know.", nameof(network));
            }
        }

        graph.Save(path, architecture.Output.Channels);
    }

    static void Block(OnnxGraph graph, INetwork network, LayerInfo layer)
    {
        int convolutions = layer.Parameters.Count / 2;
        for (int i = 0; i < convolutions; i++)
        {
            var (weight, bias) = (network.Parameters[layer.Parameters[2 * i].Name], network.Parameters[layer.Parameters[2 * i + 1].Name]);
            bool isFirst = i == 0;
            graph.Conv(weight, bias, isFirst ? Argument(layer, "Stride") : 1, isFirst ? Argument(layer, "Padding") : 0);
            if (i < convolutions - 1 || Argument(layer, "LastRelu") != 0) graph.Node("Relu");
        }
    }

    static int Argument(LayerInfo layer, string name) => (int)layer.Arguments.Single(a => a.Name == name).Value;
}
