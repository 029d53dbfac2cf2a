using Nin.Data;
using Nin.Images;

namespace Nin.Onnx.Tests;

/// <summary>A classifier serves an ONNX file as it serves the network that the file was exported from.</summary>
public sealed class ServedModelTests : IDisposable
{
    static readonly string[] Names = [.. Enumerable.Range(0, 6).Select(i => $"class {i}")];

    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("nin-onnx");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void It_gives_the_probabilities_of_the_exported_network_by_the_files_own_preparation()
    {
        string path = Path.Combine(folder.FullName, "net.onnx");
        var preparation = new Preprocessing(Names, 3, 17, 14, normalization: new Data.Normalization([0.4f, 0.5f, 0.6f], [0.2f, 0.3f, 0.25f]));
        using var device = Device.Open("cpu");
        using var network = new EveryLayer(device, seed: 3);
        OnnxExport.Save(network, path, preparation.ToMetadata());
        using var model = OnnxModel.Load(path, device);
        using var own = Classifier.Create(network, preparation);
        using var served = Classifier.Create(model.Network, Preprocessing.FromMetadata(model.Metadata, path), new ClassifierOptions { MaxBatch = 4 });
        byte[] pixels = new byte[3 * 17 * 14];
        new Random(1).NextBytes(pixels);

        var answers = new Prediction[40][];
        Parallel.For(0, answers.Length, i => answers[i] = served.PredictPixels(pixels, top: 6));

        answers.Should().OnlyContain(a => a.SequenceEqual(own.PredictPixels(pixels, 6)));
    }

    [Fact]
    public void A_softmax_at_the_files_end_is_not_taken_twice()
    {
        var graph = new GraphBuilder();
        string x = graph.Node("Flatten", [graph.Node("GlobalAveragePool", [graph.Node("Conv", [graph.Input(0, 3, 9, 8), graph.Weights(6, 3, 3, 3)])])]);
        string path = graph.Save(folder, graph.Node("Softmax", [x]));
        using var device = Device.Open("cpu");
        using var model = OnnxModel.Load(path, device);
        using var served = Classifier.Create(model.Network, new Preprocessing(Names, 3, 9, 8));
        byte[] pixels = new byte[3 * 9 * 8];
        new Random(1).NextBytes(pixels);
        float[] probabilities = new float[6];

        served.PredictPixels(pixels, probabilities);

        float[] want = model.Run([.. pixels.Select(p => p / 255f)], Layout.Nchw);
        probabilities.Zip(want, (a, b) => Math.Abs(a - b)).Should().OnlyContain(difference => difference < 1e-6f);
        want.Max().Should().BeGreaterThan(0.2f, "a second softmax of six equal ones would not show");
    }

    [Fact]
    public void Other_names_than_the_file_tells_apart_are_refused()
    {
        var graph = new GraphBuilder();
        string path = graph.Save(folder, graph.Node("GlobalAveragePool", [graph.Node("Conv", [graph.Input(0, 3, 9, 8), graph.Weights(4, 3, 3, 3)])]));
        using var device = Device.Open("cpu");
        using var model = OnnxModel.Load(path, device);

        FluentActions.Invoking(() => Classifier.Create(model.Network, new Preprocessing(Names, 3, 9, 8)))
            .Should().Throw<ArgumentException>().WithMessage("There are 6 class names, and * tells 4 classes apart*");
    }
}
