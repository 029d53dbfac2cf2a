using Nin.Model.Tests.Networks;
using Nin.TestKit;
using Nin.Training;

namespace Nin.Model.Tests.Training;

/// <summary>
/// What is frozen costs nothing below the first trained layer and changes no bit of what is trained, in generated code and on the tape.
/// </summary>
public sealed class FreezingTests : IDisposable
{
    const int Batch = 6;
    const int Seed = 7;
    const int Masks = 12;

    static readonly Dictionary<string, Func<Device, INetwork>> Networks = new()
    {
        ["activations"] = device => new ActivationsNet(device, Seed),
        ["blocks"] = device => new BlockNet(device, Seed),
        ["flat"] = device => new FlatNet(device, Seed),
        ["gated"] = device => new GatedNet(device, Seed),
        ["inception"] = device => new InceptionNet(device, Seed),
        ["mixed"] = device => new MixedNet(device, Seed),
        ["normalized"] = device => new NormalizedNet(device, Seed),
        ["perceptron"] = device => new PerceptronNet(device, Seed),
        ["pooled"] = device => new PooledNet(device, Seed),
        ["residual"] = device => new ResidualNet(device, Seed),
        ["residual blocks"] = device => new ResidualBlocksNet(device, Seed),
        ["apart"] = device => new ApartNet(device, Seed),
        ["inverted"] = device => new InvertedNet(device, Seed),
        ["residual input"] = device => new ResidualInputNet(device, Seed),
        ["tiny"] = device => new TinyNin(device, Seed),
        ["windows"] = device => new WindowsNet(device, Seed),
    };

    readonly Device device = Device.Open("cpu", threads: 2);

    public static TheoryData<string> All => [.. Networks.Keys];

    public void Dispose() => device.Dispose();

    [Theory, MemberData(nameof(All))]
    public void Below_any_layer_and_by_any_choice_the_trained_part_has_the_bits_of_the_tape_and_of_the_full_backward_pass(string name)
    {
        using var planned = Networks[name](device);
        using var taped = Networks[name](device);
        using var full = Networks[name](device);
        using var images = Images(planned);
        int[] labels = RandomData.Labels(1, Batch, Classes(planned));
        using var session = planned.CreateSession(Batch);
        using var fullSession = full.CreateSession(Batch);
        foreach (var trained in Choices(planned))
        {
            foreach (var network in new[] { planned, taped, full }) Train(network, trained);
            if (trained.Count == 0) continue;

            float[] values = Gradients(planned, labels, x => session.ForwardTraining(x), images, inputGradient: false);
            Gradients(taped, labels, x => Layerwise.Forward(taped, x), images, inputGradient: false).Should().Equal(values, "on the tape, {0}", Names(trained));
            // A gradient of the input needs everything: nothing is left out.
            Gradients(full, labels, x => fullSession.ForwardTraining(x), images, inputGradient: true).Should().Equal(values, "in full, {0}", Names(trained));
        }
    }

    [Theory, MemberData(nameof(All))]
    public void Nothing_is_written_below_the_first_trained_layer(string name)
    {
        using var network = Networks[name](device);
        using var images = Images(network);
        using var session = network.CreateSession(Batch);
        using var sgd = new Sgd(network.Parameters, 0.1, momentum: 0.9, weightDecay: 0.1);
        foreach (string layer in Heads(network))
        {
            network.FreezeBefore(layer);
            foreach (var parameter in network.Parameters.Where(p => p.Spec.IsTrainable)) parameter.Gradient.CopyFrom(Enumerable.Repeat(float.NaN, (int)parameter.Length).ToArray());
            string[] below = [.. network.Architecture.Layers.TakeWhile(l => l.Name != layer).SelectMany(l => l.Parameters).Select(p => p.Name)];
            float[][] before = [.. below.Select(p => network.Parameters[p].ToArray())];
            for (int step = 0; step < 3; step++) session.TrainStep((Tensor)images, RandomData.Labels(step, Batch, Classes(network)), sgd);

            for (int i = 0; i < below.Length; i++)
            {
                var parameter = network.Parameters[below[i]];
                parameter.ToArray().Should().Equal(before[i], "{0} is frozen or a statistic of a frozen layer", below[i]);
                if (parameter.Spec.IsTrainable) parameter.Gradient.ToArray().Should().OnlyContain(g => float.IsNaN(g), "no gradient of {0} was computed", below[i]);
            }

            network.Parameters.Where(p => p.RequiresGradient && p.Spec.IsTrainable).Should().OnlyContain(p => p.ToArray().All(float.IsFinite));
            foreach (var parameter in network.Parameters) parameter.RequiresGradient = true;
        }
    }

    [Theory, MemberData(nameof(All))]
    public void Memory_falls_by_what_is_left_out_and_is_what_the_network_says(string name)
    {
        foreach (string layer in (string[])["", .. Networks[name](device) is var any ? Heads(any) : []])
        {
            using var network = Networks[name](device);
            long whole = network.BytesToTrain(Batch);
            if (layer.Length > 0)
            {
                network.FreezeBefore(layer);
                network.BytesToTrain(Batch).Should().BeLessThanOrEqualTo(whole);
            }

            using var images = Images(network);
            using var session = network.CreateSession(1);
            using var sgd = new Sgd(network.Parameters, 0.1);
            session.ReserveTraining(Batch);
            session.PlanBytes.Should().Be(network.BytesToTrain(Batch) - network.Parameters.Bytes);
            session.TrainStep((Tensor)images, RandomData.Labels(0, Batch, Classes(network)), sgd);
            session.PlanBytes.Should().Be(network.BytesToTrain(Batch) - network.Parameters.Bytes, "a step takes no more");
        }
    }

    [Fact]
    public void A_head_alone_takes_the_memory_of_inference()
    {
        using var network = new ResidualBlocksNet(device);
        long whole = network.BytesToTrain(Batch), inference = ResidualBlocksNet.InferenceBytes(Batch);
        whole.Should().Be(ResidualBlocksNet.TrainingBytes(Batch));
        network.FreezeBefore(nameof(network.Pointwise3));
        long parameters = network.Parameters.Where(p => p.Spec.IsTrainable).Sum(p => p.Length) * sizeof(float);
        network.BytesToTrain(Batch).Should().BeLessThan(whole * 3 / 4).And.BeLessThan(inference + parameters + (whole / 4));
    }

    [Theory, MemberData(nameof(All))]
    public void A_step_allocates_nothing(string name)
    {
        using var network = Networks[name](device);
        using var images = Images(network);
        using var session = network.CreateSession(Batch);
        using var sgd = new Sgd(network.Parameters, 0.1);
        int[] labels = RandomData.Labels(1, Batch, Classes(network));
        network.FreezeBefore(Heads(network).Last());
        Allocations.OnThread(10, () => session.TrainStep((Tensor)images, labels, sgd)).Should().Be(0);
    }

    [Fact]
    public void A_frozen_normalisation_is_that_of_inference_and_others_are_not()
    {
        using INetwork network = new NormalizedNet(device, Seed);
        using var images = Images(network);
        using var session = network.CreateSession(Batch);
        using var sgd = new Sgd(network.Parameters, 0.1);
        float[] Logits() => session.ForwardTraining(new Tape(device, Seed).Input((Tensor)images)).Value.ToArray(Layout.Nhwc);
        session.TrainStep((Tensor)images, RandomData.Labels(1, Batch, Classes(network)), sgd);
        float[] inference = session.Forward((Tensor)images).ToArray(Layout.Nhwc);
        Logits().Should().NotEqual(inference);
        foreach (var parameter in network.Parameters) parameter.RequiresGradient = false;
        inference = session.Forward((Tensor)images).ToArray(Layout.Nhwc);
        // Inference folds normalisations into weights, which rounds otherwise.
        Logits().Zip(inference, (a, b) => Math.Abs(a - b)).Max().Should().BeLessThan(1e-4f);
    }

    [Fact]
    public void Layers_that_are_let_go_learn_from_then_on()
    {
        using INetwork network = new TinyNin(device, Seed);
        using var images = Images(network);
        using var sgd = new Sgd(network.Parameters, 0.1);
        using var session = network.CreateSession(Batch);
        int[] labels = RandomData.Labels(1, Batch, Classes(network));
        var first = network.Parameters[0];
        network.FreezeBefore(Heads(network).Last());
        float[] before = first.ToArray();
        session.TrainStep((Tensor)images, labels, sgd);
        first.ToArray().Should().Equal(before);
        foreach (var parameter in network.Parameters) parameter.RequiresGradient = true;
        session.TrainStep((Tensor)images, labels, sgd);
        first.ToArray().Should().NotEqual(before);
    }

    [Fact]
    public void A_stage_and_a_block_of_it_are_frozen_by_the_beginning_of_their_names()
    {
        using var network = new BlockNet(device);
        string[] Trained() => [.. network.Parameters.Where(p => p.Spec.IsTrainable && p.RequiresGradient).Select(p => p.Name)];
        string[] all = Trained();

        network.Freeze("Trunk_Stage1_2");
        string[] second = [.. all.Except(Trained())];
        second.Should().NotBeEmpty().And.OnlyContain(n => n.StartsWith("Trunk_Stage1_2_", StringComparison.Ordinal));
        network.Freeze("Trunk_Stage1");
        all.Except(Trained()).Should().HaveCountGreaterThan(second.Length).And.OnlyContain(n => n.StartsWith("Trunk_Stage1_", StringComparison.Ordinal));
        network.Unfreeze("Trunk");
        Trained().Should().Equal(all);
        network.Invoking(n => n.Freeze("Trunk_Stage")).Should().Throw<ArgumentException>("a name ends at a dot or an underscore");
    }

    [Fact]
    public void A_layer_that_is_not_there_is_named()
    {
        using var network = new TinyNin(device, Seed);
        network.Invoking(n => n.FreezeBefore("Hed")).Should().Throw<ArgumentException>().WithMessage("TinyNin has no layer 'Hed'; its layers are *Block1*");
        string first = TinyNin.Architecture.Layers[0].Name;
        network.Invoking(n => n.FreezeBefore(first)).Should().Throw<ArgumentException>().WithMessage($"TinyNin has no parameters before '{first}'*");
    }

    /// <summary>Trained parameters: from each layer on, and by chance.</summary>
    static IEnumerable<HashSet<string>> Choices(INetwork network)
    {
        string[] all = [.. network.Parameters.Where(p => p.Spec.IsTrainable).Select(p => p.Name)];
        foreach (string head in Heads(network))
        {
            string[] below = [.. network.Architecture.Layers.TakeWhile(l => l.Name != head).SelectMany(l => l.Parameters).Select(p => p.Name)];
            yield return [.. all.Except(below)];
        }

        var random = new Random(5);
        for (int i = 0; i < Masks; i++) yield return [.. all.Where(_ => random.Next(4) == 0)];
    }

    static IEnumerable<string> Heads(INetwork network) =>
        network.Architecture.Layers.Where(l => l.Parameters.Count > 0).Select(l => l.Name).Skip(1);

    static void Train(INetwork network, HashSet<string> trained)
    {
        network.Parameters.ZeroGrad();
        foreach (var parameter in network.Parameters) parameter.RequiresGradient = !parameter.Spec.IsTrainable || trained.Contains(parameter.Name);
    }

    float[] Gradients(INetwork network, int[] labels, Func<Traced, Traced> forward, TensorBuffer images, bool inputGradient)
    {
        network.TrainingSteps = 0;
        using var tape = new Tape(device, Seed);
        var loss = Loss.CrossEntropy(forward(tape.Input(images, inputGradient)), labels);
        loss.Backward();
        return [loss.Value, .. network.Parameters.SelectMany(p => p.Spec.IsTrainable ? p.GradientToArray() : p.ToArray())];
    }

    static string Names(HashSet<string> trained) => $"trained: {string.Join(", ", trained)}";

    static int Classes(INetwork network) => network.Architecture.Layers[^1].Output.Channels;

    TensorBuffer Images(INetwork network)
    {
        var shape = network.Architecture.Input;
        var images = new TensorBuffer(device, Batch, shape);
        images.CopyFrom(RandomData.Normal(5, (int)(Batch * shape.Length)), Layout.Nchw);
        return images;
    }
}
