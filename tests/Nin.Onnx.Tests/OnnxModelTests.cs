using Nin.Runner.Models;

namespace Nin.Onnx.Tests;

/// <summary>Files that run without a class give the answers of ONNX Runtime, and the bits of the class that they would be imported as.</summary>
public sealed class OnnxModelTests : IDisposable
{
    readonly Device device = Device.Open("cpu");
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("nin-onnx");

    [Theory]
    [MemberData(nameof(RoundTripTests.Names), MemberType = typeof(RoundTripTests))]
    public void A_file_runs_with_the_bits_of_the_imported_class_and_the_answers_of_Onnx_Runtime(string name)
    {
        using var network = RoundTripTests.Create(name, device);
        string path = Save(network);
        var input = network.Architecture.Input;
        float[] images = Logits.Images(input, batch: 3);

        using var model = OnnxModel.Load(path, device);
        float[] got = model.Run(images, Layout.Nchw);

        (model.Input, model.Output, model.Ending).Should().Be((input, network.Architecture.Output, NetworkEnding.Logits));
        got.Should().Equal(OfImported(path, images, batch: 3));
        Logits.ShouldAgree(got, Logits.OfRuntime(path, input, images, batch: 3));
    }

    [Fact]
    public void Layers_that_the_generator_fuses_are_fused()
    {
        using var network = RoundTripTests.Create("SmallResNet", device);
        using var model = OnnxModel.Load(Save(network), device);
        using var session = model.CreateSession(maxBatch: 2);
        using var own = network.CreateSession(maxBatch: 2);

        // Activations between fused layers would take memory.
        session.PlanBytes.Should().Be(own.PlanBytes);
    }

    [Fact]
    public void Threads_that_run_at_once_get_the_answers_of_one()
    {
        using var network = RoundTripTests.Create("SmallResNet", device);
        using var model = OnnxModel.Load(Save(network), device);
        float[][] images = [.. Enumerable.Range(0, 8).Select(i => Logits.Images(model.Input, batch: 1 + i % 3, seed: i))];
        float[][] wanted = [.. images.Select(i => model.Run(i, Layout.Nchw))];

        Parallel.For(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
            model.Run(images[i % 8], Layout.Nchw).AsSpan().SequenceEqual(wanted[i % 8]).Should().BeTrue());

        wanted.Select(w => w[0]).Distinct().Should().HaveCount(8, "answers that are all the same prove nothing");
    }

    [Fact]
    public void A_session_on_two_threads_throws_and_a_result_dies_at_the_next_call()
    {
        using var network = RoundTripTests.Create("SmallResNet", device);
        using var model = OnnxModel.Load(Save(network), device);
        using var session = model.CreateSession(maxBatch: 1);
        using var x = new TensorBuffer(device, 1, model.Input);
        x.CopyFrom(Logits.Images(model.Input, batch: 1), Layout.Nchw);

        var first = session.Forward(x);
        float[] answer = first.ToArray();
        session.Forward(x).ToArray().Should().Equal(answer);

        FluentActions.Invoking(() => first.ToArray()).Should().Throw<InvalidOperationException>().WithMessage("*it lived until its session's next call*");
        model.Dispose();
        FluentActions.Invoking(() => session.Forward(x)).Should().Throw<ObjectDisposedException>().WithMessage("*was disposed*");
    }

    [Theory]
    [InlineData("SmallResNet", 1)]
    [InlineData("EveryLayer", 4)]
    [InlineData("Quick28", 2)]
    public void Running_allocates_nothing_but_its_result(string name, int batch)
    {
        using var single = Device.Open("cpu", threads: 1);
        using var network = RoundTripTests.Create(name, single);
        using var model = OnnxModel.Load(Save(network), single);
        float[] images = Logits.Images(model.Input, batch), answers = new float[batch * model.Output.Length];
        for (int i = 0; i < 3; i++) model.Run(images, Layout.Nchw, answers);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10; i++) model.Run(images, Layout.Nchw, answers);

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
    }

    [Theory]
    [InlineData("Softmax", 17)]
    [InlineData("LogSoftmax", 17)]
    [InlineData("Softmax", 11)]
    public void A_softmax_at_the_end_is_computed(string ending, int operatorSet)
    {
        var graph = new GraphBuilder(operatorSet);
        string x = graph.Node("Flatten", [graph.Node("GlobalMaxPool", [Conv(graph)])]);
        string path = graph.Save(folder, graph.Node(ending, [x], GraphWriter.Int("axis", 1)));

        using var model = Agrees(path, batch: 3);
        model.Ending.ToString().Should().Be(ending);
    }

    [Fact]
    public void Answers_that_are_images_come_in_the_order_asked_for()
    {
        var graph = new GraphBuilder();
        string path = graph.Save(folder, graph.Node("Softmax", [Conv(graph)], GraphWriter.Int("axis", 1)));
        using var model = Agrees(path, batch: 2);
        float[] images = Logits.Images(model.Input, batch: 2);

        float[] channelsLast = model.Run(Turned(images, model.Input, toLast: true), Layout.Nhwc);

        Turned(channelsLast, model.Output, toLast: false).Should().Equal(model.Run(images, Layout.Nchw));
    }

    [Fact]
    public void A_number_of_elements_that_is_no_batch_is_refused()
    {
        var graph = new GraphBuilder();
        using var model = OnnxModel.Load(graph.Save(folder, Conv(graph)), device);

        FluentActions.Invoking(() => model.Run(new float[100], Layout.Nchw)).Should().Throw<ArgumentException>()
            .WithMessage("100 elements are not a whole number of examples of 3x9x8, which have 216 each.*");
        FluentActions.Invoking(() => model.Run(new float[216], Layout.Nchw, new float[3])).Should().Throw<ArgumentException>().WithMessage("1 examples of 4x7x6 are 168 elements, and there is room for 3.*");
    }

    public void Dispose()
    {
        device.Dispose();
        folder.Delete(recursive: true);
    }

    static string Conv(GraphBuilder graph) => graph.Node("Conv", [graph.Input(0, 3, 9, 8), graph.Weights(4, 3, 3, 3), graph.Weights(4)]);

    static float[] Turned(float[] images, Shape shape, bool toLast)
    {
        float[] turned = new float[images.Length];
        int pixels = shape.Pixels, channels = shape.Channels;
        for (int i = 0; i < images.Length; i++)
        {
            (int example, int rest) = Math.DivRem(i, pixels * channels);
            (int channel, int pixel) = Math.DivRem(rest, pixels);
            int last = example * pixels * channels + pixel * channels + channel;
            if (toLast) turned[last] = images[i];
            else turned[i] = images[last];
        }

        return turned;
    }

    OnnxModel Agrees(string path, int batch)
    {
        var model = OnnxModel.Load(path, device);
        float[] images = Logits.Images(model.Input, batch);
        Logits.ShouldAgree(model.Run(images, Layout.Nchw), Logits.OfRuntime(path, model.Input, images, batch));
        return model;
    }

    float[] OfImported(string path, float[] images, int batch)
    {
        var imported = OnnxImport.Read(path, "Imported");
        string weights = Path.Combine(folder.FullName, "imported.safetensors");
        imported.SaveWeights(weights);
        using var network = Declared.Load(imported.ToDeclaration(), "Imported", device, weights);
        return Logits.Of(network, images, batch);
    }

    string Save(INetwork network)
    {
        string path = Path.Combine(folder.FullName, "network.onnx");
        OnnxExport.Save(network, path);
        return path;
    }
}
