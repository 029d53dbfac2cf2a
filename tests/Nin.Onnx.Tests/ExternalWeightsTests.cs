using System.Globalization;
using Google.Protobuf;
using Nin.Onnx.Schema;
using static Nin.Onnx.GraphWriter;

namespace Nin.Onnx.Tests;

/// <summary>Weights in a file of their own, as <c>torch.onnx.export(dynamo=True)</c> writes them.</summary>
public sealed class ExternalWeightsTests : PatternTests
{
    const string Weights = "model.onnx.data";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void They_are_read_from_beside_the_file(bool inFolder)
    {
        string y = Graph.Node("Gemm", [Graph.Node("Flatten", [Conv()]), Graph.Weights(2, 168)], Int("transB", 1));
        Out(inFolder ? "weights/all.bin" : Weights);

        Agrees(y).Should().Contain("[Conv2d(4, Kernel = 3)]").And.Contain("[Linear(2, Bias = false)]");
    }

    [Fact]
    public void A_part_without_a_length_is_as_long_as_its_tensor()
    {
        string y = Conv();
        Out(Weights);
        foreach (var tensor in Graph.Graph.Initializer) tensor.ExternalData.RemoveAt(2);

        Agrees(y).Should().Contain("[Conv2d(4, Kernel = 3)]");
    }

    [Fact]
    public void Weights_of_an_attribute_are_read_too()
    {
        string x = Graph.Input(0, 3, 9, 8), first = Graph.Weights(200, 3, 1, 1), second = Graph.Weights(200, 200, 1, 1);
        Out(Weights);
        string[] constants = [.. ((string[])[first, second]).Select(name => Graph.Node("Constant", [], new AttributeProto
        {
            Name = "value", Type = AttributeProto.Types.Kind.Tensor, T = Graph.Graph.Initializer.First(t => t.Name == name),
        }))];
        Graph.Graph.Initializer.Clear();
        string path = Graph.Save(Folder, Graph.Node("Conv", [Graph.Node("Conv", [x, constants[0]]), constants[1]]));

        OnnxImport.Read(path).Layers.Select(l => l.Kind).Should().Equal("Pointwise", "Pointwise");
    }

    [Fact]
    public void A_place_outside_the_folder_of_weights_that_nothing_reads_is_no_matter()
    {
        string y = Conv();
        Out(Weights);
        var unread = Graph.Graph.Initializer[0].Clone();
        unread.Name = "unread";
        unread.ExternalData[0].Value = "../elsewhere";
        Graph.Graph.Initializer.Add(unread);

        Agrees(y);
    }

    [Theory]
    [InlineData("../model.onnx.data", "*said to be in '../model.onnx.data', which is not in the file's own folder.")]
    [InlineData("/etc/hostname", "*said to be in '/etc/hostname', which is not in the file's own folder.")]
    [InlineData("a/../../x", "*which is not in the file's own folder.")]
    [InlineData(".", "*which is not in the file's own folder.")]
    [InlineData("a\0b", "*which is not in the file's own folder.")]
    [InlineData("missing.data", "*are in 'missing.data', which cannot be read: that file belongs beside this one*")]
    [InlineData(null, "*are outside the file, which does not say where.")]
    public void A_place_outside_the_folder_or_without_a_file_is_refused(string? location, string message)
    {
        string y = Conv();
        Out(Weights);
        Set("location", location);

        Refused(y, message);
    }

    [Theory]
    [InlineData("offset", "-4", "*are said to be bytes -4 to *, which has *: it is cut short or another one.")]
    [InlineData("offset", "64", "*are said to be bytes 64 to *")]
    [InlineData("length", "9223372036854775807", "*are said to be bytes 0 to *")]
    [InlineData("length", "-1", "*are said to be bytes *")]
    [InlineData("length", "400", "*has 400 bytes where its shape ?4, 3, 3, 3] takes 432.")]
    [InlineData("length", "many", "*have the length 'many', which is no number.")]
    public void Bytes_that_are_not_there_are_refused(string key, string value, string message)
    {
        string y = Conv();
        Out(Weights);
        Set(key, value);

        Refused(y, message);
    }

    [Fact]
    public void One_file_read_over_and_over_is_refused_before_it_fills_memory()
    {
        string x = Graph.Input(0, 3, 9, 8);
        string first = Graph.Weights(200, 200, 1, 1);
        Out(Weights);
        string y = Graph.Node("Conv", [x, Graph.Weights(200, 3, 1, 1)]);
        for (int i = 0; i < 60; i++)
        {
            var copy = Graph.Graph.Initializer.First(t => t.Name == first).Clone();
            copy.Name = $"copy{i}";
            Graph.Graph.Initializer.Add(copy);
            y = Graph.Node("Conv", [y, copy.Name]);
        }

        Refused(y, "*the graph computes more than *");
    }

    void Set(string key, string? value)
    {
        var entries = Graph.Graph.Initializer[0].ExternalData;
        entries.Remove(entries.First(e => e.Key == key));
        if (value is not null) entries.Add(new StringStringEntryProto { Key = key, Value = value.Replace("\\0", "\0", StringComparison.Ordinal) });
    }

    void Refused(string output, string message)
    {
        string path = Graph.Save(Folder, output);
        FluentActions.Invoking(() => OnnxImport.Read(path)).Should().Throw<InvalidDataException>().WithMessage(message).Which.Message.Should().NotContain("\n");
    }

    /// <summary>Moves all weights of the graph into a file beside it.</summary>
    void Out(string file)
    {
        string path = Path.Combine(Folder.FullName, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var stream = File.Create(path);
        foreach (var tensor in Graph.Graph.Initializer.Where(t => t.HasRawData))
        {
            tensor.DataLocation = TensorProto.Types.Location.External;
            (string, string)[] entries =
            [
                ("location", file), ("offset", stream.Position.ToString(CultureInfo.InvariantCulture)),
                ("length", tensor.RawData.Length.ToString(CultureInfo.InvariantCulture)),
            ];
            foreach (var (key, value) in entries) tensor.ExternalData.Add(new StringStringEntryProto { Key = key, Value = value });
            tensor.RawData.WriteTo(stream);
            tensor.ClearRawData();
        }
    }
}
