using Google.Protobuf;
using Nin.Data;
using Nin.Images;
using Nin.Onnx.Schema;

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

    [Theory]
    [InlineData("Normalized_0_1", 0, 1), InlineData("NominalRange_0_255", 0, 255), InlineData("Normalized_1_1", -1, 1), InlineData("NominalRange_16_235", 16, 235)]
    public void Pixels_are_prepared_as_another_programs_file_says(string range, float black, float white)
    {
        string path = Described(("Image.NominalPixelRange", range), ("Image.BitmapPixelFormat", "Rgb8"), ("names", "{0: 'tench', 1: \"lady's slipper\", 2: 'a:1', 3: 'd'}"));
        var imported = OnnxImport.Read(path);

        var preparation = Preprocessing.FromMetadata(imported.Metadata, path);

        preparation.ClassNames.Should().Equal("tench", "lady's slipper", "a:1", "d");
        float[] prepared = new float[3 * 9 * 8];
        byte[] pixels = [.. Enumerable.Repeat((byte)0, 100), .. Enumerable.Repeat((byte)255, 116)];
        preparation.Normalize(pixels, prepared);
        prepared.Take(100).Should().OnlyContain(v => MathF.Abs(v - black) < 1e-4f * 255);
        prepared.Skip(100).Should().OnlyContain(v => MathF.Abs(v - white) < 1e-4f * 255);
        imported.Notes.Should().Contain(n => n.Contains("class names and pixel range"));
    }

    [Theory]
    [InlineData("{0: 'a', 1: 'a', 2: 'b', 3: 'c'}"), InlineData("{0: 'a', 1: 'b'}"), InlineData("tench")]
    public void Classes_without_names_of_their_own_are_called_by_their_numbers(string names)
    {
        string path = Described(("Image.NominalPixelRange", "Normalized_0_1"), ("names", names));
        Preprocessing.FromMetadata(OnnxImport.Read(path).Metadata, path).ClassNames.Should().Equal("0", "1", "2", "3");
    }

    [Theory]
    [InlineData("Normalized_0_1", "Bgr8", "*Bgr8 and Normalized_0_1*prepare them in your program*")]
    [InlineData("Normalized_0_1", "Gray8", "*Gray8 and Normalized_0_1*")]
    [InlineData("Half", "Rgb8", "*Rgb8 and Half*")]
    public void What_no_preparation_does_is_said(string range, string format, string note)
    {
        var imported = OnnxImport.Read(Described(("Image.NominalPixelRange", range), ("Image.BitmapPixelFormat", format)));
        imported.Metadata.Should().BeEmpty();
        imported.Notes.Should().ContainMatch(note);
    }

    [Fact]
    public void Names_alone_do_not_say_how_pixels_become_numbers() => OnnxImport.Read(Described(("names", "{0: 'a', 1: 'b', 2: 'c', 3: 'd'}"))).Metadata.Should().BeEmpty();

    [Fact]
    public void Images_that_no_preparation_makes_are_imported_with_a_note()
    {
        var imported = OnnxImport.Read(Described(height: 16_385, ("Image.NominalPixelRange", "Normalized_0_1")));
        imported.Metadata.Should().BeEmpty();
        imported.Notes.Should().ContainMatch("*cannot be prepared*16385*16384*");
    }

    string Described(params (string Key, string Value)[] metadata) => Described(height: 9, metadata);

    // A classifier of four classes with metadata of its own.
    string Described(int height, params (string Key, string Value)[] metadata)
    {
        var graph = new GraphBuilder();
        string path = graph.Save(folder, graph.Node("Flatten", [graph.Node("GlobalAveragePool", [graph.Node("Conv", [graph.Input(0, 3, height, 8), graph.Weights(4, 3, 3, 3)])])]));
        var model = OnnxFile.Read(path).Model;
        foreach (var (key, value) in metadata) model.MetadataProps.Add(new StringStringEntryProto { Key = key, Value = value });
        File.WriteAllBytes(path, model.ToByteArray());
        return path;
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
