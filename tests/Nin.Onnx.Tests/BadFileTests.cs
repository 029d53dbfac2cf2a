using Google.Protobuf;
using Nin.Onnx.Schema;
using static Nin.Onnx.GraphWriter;

namespace Nin.Onnx.Tests;

/// <summary>Files that cannot be read are refused in one line that says why.</summary>
public sealed class BadFileTests : IDisposable
{
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("nin-onnx");
    readonly GraphBuilder graph = new();

    [Fact]
    public void Every_node_that_is_not_known_is_listed_at_once()
    {
        string x = Conv();
        string y = graph.Node("Celu", [x]);
        string z = graph.Node("InstanceNormalization", [graph.Node("Add", [y, x]), graph.Weights(4), graph.Weights(4)]);
        string end = graph.Node("Celu", [graph.Node("Relu", [x])]);

        Reading(graph.Node("Concat", [z, end], Int("axis", 1))).Should().Throw<NotSupportedException>()
            .WithMessage("*has 3 nodes that cannot be imported: 'Celu_4', 'Celu_10' (Celu): the operator has no counterpart; 'InstanceNormalization_*: the operator has no counterpart.");
    }

    [Fact]
    public void A_cycle_is_found()
    {
        string x = Conv();
        string relu = graph.Node("Relu", ["later"]);
        graph.Graph.Node.Add(new NodeProto { Name = "back", OpType = "Add", Input = { x, relu }, Output = { "later" } });

        Reading(relu).Should().Throw<InvalidDataException>().WithMessage("*the graph has a cycle through 'Relu_*'.");
    }

    [Fact]
    public void Weights_that_claim_more_than_there_is_are_refused()
    {
        string y = Conv();
        graph.Graph.Initializer[0].Dims[0] = 1 << 30;

        Reading(y).Should().Throw<InvalidDataException>().WithMessage("*has the shape [1073741824, 3, 3, 3], which no weights have*");
    }

    [Fact]
    public void Weights_of_other_channels_are_refused()
    {
        string y = graph.Node("Conv", [graph.Input(0, 5, 9, 8), graph.Weights(4, 3, 3, 3)]);

        Reading(y).Should().Throw<InvalidDataException>().WithMessage("*weights [4, 3, 3, 3], no bias and 1 groups for an input of 5x9x8*");
    }

    [Fact]
    public void A_window_larger_than_its_input_is_refused()
    {
        string y = graph.Node("Conv", [graph.Input(0, 3, 2, 8), graph.Weights(4, 3, 3, 3)]);

        Reading(y).Should().Throw<InvalidDataException>().WithMessage("*larger than its input*");
    }

    [Fact]
    public void An_open_size_is_asked_for_and_taken()
    {
        string y = graph.Node("Conv", [graph.Input(0, 3, 0, 0), graph.Weights(4, 3, 3, 3)]);
        string path = graph.Save(folder, y);

        FluentActions.Invoking(() => OnnxImport.Read(path)).Should().Throw<InvalidDataException>().WithMessage("*leaves its size open; give it, as 3x224x224.");
        OnnxImport.Read(path, input: new Shape(3, 9, 8)).Layers[^1].Output.Should().Be(new Shape(4, 7, 6));
        FluentActions.Invoking(() => OnnxImport.Read(path, input: new Shape(1, 9, 8))).Should().Throw<ArgumentException>();
    }

    [Theory]
    [InlineData(6)]
    [InlineData(28)]
    public void An_operator_set_of_the_past_or_the_future_is_refused(int version)
    {
        var other = new GraphBuilder(version);
        string path = other.Save(folder, other.Node("Relu", [other.Input(0, 3, 9, 8)]));

        FluentActions.Invoking(() => OnnxImport.Read(path)).Should().Throw<InvalidDataException>().WithMessage($"*uses operator set {version}; this program reads 7 to 27*");
    }

    [Fact]
    public void A_file_cut_short_is_refused_in_a_line()
    {
        string path = graph.Save(folder, Conv());
        byte[] whole = File.ReadAllBytes(path);
        File.WriteAllBytes(path, whole[..(whole.Length / 2)]);

        ReadingIt(path, $"{path} is damaged or not an ONNX file: *");
        File.WriteAllBytes(path, []);
        ReadingIt(path, $"{path} holds no graph: it is cut short or not an ONNX file.");
    }

    [Theory]
    [InlineData(int.MaxValue + 1L, "*has 2,147,483,648 bytes; an ONNX file holds less than 2 GB.")]
    [InlineData((long)int.MaxValue, "*is damaged or not an ONNX file: *")]
    public void A_file_of_two_gigabytes_is_refused_without_being_read_into_memory(long length, string message)
    {
        string path = Path.Combine(folder.FullName, "large.onnx");
        // Sparse: it takes no room on the disk.
        using (var stream = File.Create(path)) stream.SetLength(length);
        long before = GC.GetTotalAllocatedBytes();

        ReadingIt(path, message);

        (GC.GetTotalAllocatedBytes() - before).Should().BeLessThan(50_000_000);
    }

    [Fact]
    public void Zero_padding_before_a_maximum_of_negative_values_is_refused()
    {
        string padded = graph.Node("Pad", [Conv(), graph.Integers(0, 0, 1, 1, 0, 0, 1, 1)]);

        Reading(graph.Node("MaxPool", [padded], Ints("kernel_shape", 3, 3))).Should().Throw<NotSupportedException>().WithMessage("*zeros are padded before it, which may be larger than its pixels*");
    }

    [Fact]
    public void Pooling_padded_by_more_than_half_its_window_is_refused()
    {
        string y = graph.Node("MaxPool", [Conv()], Ints("kernel_shape", 3, 3), Ints("pads", 2, 0, 0, 0));

        Reading(y).Should().Throw<NotSupportedException>().WithMessage("*its padding of 2 and 0 is more than half of its window of 3*");
    }

    [Fact]
    public void A_sum_of_unlike_shapes_is_refused_with_both()
    {
        string x = Conv();
        string y = graph.Node("MaxPool", [x], Ints("kernel_shape", 2, 2));

        Reading(graph.Node("Add", [x, y])).Should().Throw<NotSupportedException>().WithMessage("*it combines 4x7x6 and 4x6x5; equal shapes are needed*");
    }

    [Fact]
    public void A_matrix_for_other_features_is_refused_with_both()
    {
        string y = graph.Node("Gemm", [graph.Node("Flatten", [Conv()]), graph.Weights(100, 5)]);

        Reading(y).Should().Throw<InvalidDataException>().WithMessage("*has weights for 100 features and no biases, and reads 168.");
    }

    [Fact]
    public void Statistics_of_other_channels_are_refused()
    {
        string y = graph.Node("BatchNormalization", [Conv(), graph.Weights(3), graph.Weights(3), graph.Weights(3), graph.Weights(3)]);

        Reading(y).Should().Throw<InvalidDataException>().WithMessage("*has statistics of 3 channels, and reads 4x7x6.");
    }

    [Fact]
    public void What_no_node_and_no_weights_give_is_named()
    {
        Reading(graph.Node("Add", [Conv(), "missing"])).Should().Throw<InvalidDataException>().WithMessage("*reads 'missing', which no node gives.");
    }

    [Fact]
    public void Sparse_weights_are_refused_by_name()
    {
        string y = Conv();
        var weights = graph.Graph.Initializer[0];
        graph.Graph.Initializer.RemoveAt(0);
        graph.Graph.SparseInitializer.Add(new SparseTensorProto { Values = weights });

        Reading(y).Should().Throw<NotSupportedException>().WithMessage($"*'Conv_*' (Conv): the initialiser '{weights.Name}' is sparse; only dense ones are read.");
    }

    [Fact]
    public void A_model_refuses_what_the_importer_refuses_with_the_same_line()
    {
        string path = graph.Save(folder, graph.Node("Celu", [Conv()]));
        using var device = Device.Open("cpu");

        string import = FluentActions.Invoking(() => OnnxImport.Read(path)).Should().Throw<NotSupportedException>().Which.Message;
        FluentActions.Invoking(() => OnnxModel.Load(path, device)).Should().Throw<NotSupportedException>().WithMessage(import);
    }

    [Fact]
    public void A_class_name_must_be_an_identifier() =>
        FluentActions.Invoking(() => OnnxImport.Read("x.onnx", "class")).Should().Throw<ArgumentException>().WithMessage("'class' is not a valid class name*");

    [Fact]
    public void A_path_must_be_given()
    {
        FluentActions.Invoking(() => OnnxImport.Read(null!)).Should().Throw<ArgumentNullException>().WithParameterName("path");
        FluentActions.Invoking(() => OnnxImport.Read("")).Should().Throw<ArgumentException>().WithParameterName("path");
    }

    [Fact]
    public void Files_cut_short_or_changed_anywhere_are_errors_or_networks_but_never_anything_else()
    {
        string y = graph.Node("Gemm", [graph.Node("Flatten", [graph.Node("Relu", [Conv()])]), graph.Weights(168, 5)]);
        byte[] whole = File.ReadAllBytes(graph.Save(folder, y));
        string path = Path.Combine(folder.FullName, "changed.onnx");
        var random = new Random(11);
        int refused = 0;
        for (int i = 0; i < 1500; i++)
        {
            byte[] bytes = i % 5 == 0 ? whole[..random.Next(whole.Length)] : [.. whole];
            for (int change = random.Next(1, 4); change > 0 && bytes.Length > 0; change--)
            {
                // The weights' own bytes would only be other weights: the first and the last of the file are the graph.
                int at = random.Next(2) == 0 ? random.Next(Math.Min(600, bytes.Length)) : bytes.Length - 1 - random.Next(Math.Min(600, bytes.Length));
                bytes[at] = random.Next(3) switch { 0 => (byte)random.Next(256), 1 => 0xFF, _ => (byte)(bytes[at] ^ (1 << random.Next(8))) };
            }

            File.WriteAllBytes(path, bytes);
            try
            {
                OnnxImport.Read(path, "Net").ToDeclaration();
            }
            catch (Exception exception) when (exception is InvalidDataException or NotSupportedException)
            {
                exception.Message.Should().NotContain("\n");
                refused++;
            }
        }

        refused.Should().BeGreaterThan(500);
    }

    public void Dispose() => folder.Delete(recursive: true);

    string Conv() => graph.Node("Conv", [graph.Input(0, 3, 9, 8), graph.Weights(4, 3, 3, 3), graph.Weights(4)]);

    static void ReadingIt(string path, string message) => FluentActions.Invoking(() => OnnxImport.Read(path, "Net")).Should().Throw<InvalidDataException>()
        .WithMessage(message).Which.Message.Should().NotContain("\n");

    Action Reading(string output)
    {
        string path = graph.Save(folder, output);
        return () => OnnxImport.Read(path, "Net");
    }
}
