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
        string y = graph.Node("Elu", [x]);
        string z = graph.Node("InstanceNormalization", [graph.Node("Add", [y, x]), graph.Weights(4), graph.Weights(4)]);
        string end = graph.Node("Elu", [graph.Node("Relu", [x])]);

        Reading(graph.Node("Concat", [z, end], Int("axis", 1))).Should().Throw<NotSupportedException>()
            .WithMessage("*has 3 nodes that cannot be imported: 'Elu_4' (Elu): the operator has no counterpart; 'InstanceNormalization_*; 'Elu_10' (Elu): the operator has no counterpart.");
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
    public void Weights_outside_the_file_are_refused()
    {
        string y = Conv();
        graph.Graph.Initializer[0].DataLocation = TensorProto.Types.Location.External;

        Reading(y).Should().Throw<InvalidDataException>().WithMessage("*outside the file*");
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

        FluentActions.Invoking(() => OnnxImport.Read(path)).Should().Throw<InvalidDataException>().WithMessage("*leaves its size open; say it, as 3x224x224.");
        OnnxImport.Read(path, input: new Shape(3, 9, 8)).Layers[^1].Output.Should().Be(new Shape(4, 7, 6));
        FluentActions.Invoking(() => OnnxImport.Read(path, input: new Shape(1, 9, 8))).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void An_operator_set_of_the_past_or_the_future_is_refused()
    {
        var old = new GraphBuilder(operatorSet: 6);
        string path = old.Save(folder, old.Node("Relu", [old.Input(0, 3, 9, 8)]));

        FluentActions.Invoking(() => OnnxImport.Read(path)).Should().Throw<InvalidDataException>().WithMessage("*uses operator set 6; this program reads 7 to 24*");
    }

    [Fact]
    public void A_class_name_must_be_an_identifier() =>
        FluentActions.Invoking(() => OnnxImport.Read("x.onnx", "class")).Should().Throw<ArgumentException>().WithMessage("'class' is not a valid class name*");

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

    Action Reading(string output)
    {
        string path = graph.Save(folder, output);
        return () => OnnxImport.Read(path, "Net");
    }
}
