using Nin.Dimensions;
using Nin.Layers;
using Nin.TestKit;
using Nin.Training;

namespace Nin.Model.Tests.Networks;

/// <summary>A generated network is one value of a tape: whatever it is wired to, its layers one by one give the same bits.</summary>
public sealed class NodeTests : IDisposable
{
    const int Batch = 11;
    const int Seed = 3;

    readonly Device device = Device.Open("cpu", threads: 2);
    readonly StemNet stem;
    readonly RefineNet refine;
    readonly PooledNet head;
    readonly TensorBuffer<Chw<D3, D9, D8>> images;
    readonly int[] labels = RandomData.Labels(1, Batch, 5);

    public NodeTests()
    {
        stem = new StemNet(device, Seed);
        refine = new RefineNet(device, Seed);
        head = new PooledNet(device, Seed);
        images = stem.CreateInput(Batch);
        images.CopyFrom(RandomData.Normal(5, Batch * 3 * 9 * 8), Layout.Nchw);
    }

    public void Dispose()
    {
        images.Dispose();
        head.Dispose();
        refine.Dispose();
        stem.Dispose();
        device.Dispose();
    }

    [Fact]
    public void Two_networks_in_a_chain_equal_their_layers_on_one_tape() => ShouldBeEqual(
        x => head.ForwardTraining(stem.ForwardTraining(x)),
        x => Layerwise.Forward(head, Layerwise.Forward(stem, x)),
        stem, head);

    [Fact]
    public void A_network_behind_layers_wired_by_hand_equals_its_layers() => ShouldBeEqual(
        x => head.ForwardTraining(stem.Block1.Forward(x)),
        x => Layerwise.Forward(head, stem.Block1.Forward(x)),
        stem, head);

    [Fact]
    public void A_network_adds_to_the_gradient_that_another_reader_of_its_input_began()
    {
        var add = new Add<Chw<D6, D9, D8>>("Add", count: 2);
        ShouldBeEqual(
            x =>
            {
                var block = stem.Block1.Forward(x);
                return Layerwise.Forward(head, add.Forward(refine.ForwardTraining(block), block));
            },
            x =>
            {
                var block = stem.Block1.Forward(x);
                return Layerwise.Forward(head, add.Forward(Layerwise.Forward(refine, block).As<Chw<D6, D9, D8>>(), block));
            },
            stem, refine, head);
    }

    [Fact]
    public void Two_sessions_run_a_network_twice_on_one_tape()
    {
        using var first = refine.CreateSession(Batch);
        using var second = refine.CreateSession(Batch);
        ShouldBeEqual(
            x => head.ForwardTraining(second.ForwardTraining(first.ForwardTraining(stem.Block1.Forward(x)))),
            x => Layerwise.Forward(head, Layerwise.Forward(refine, Layerwise.Forward(refine, stem.Block1.Forward(x)))),
            stem, refine, head);
    }

    [Fact]
    public void A_frozen_network_hands_the_gradient_on()
    {
        foreach (var parameter in head.Parameters) parameter.RequiresGradient = false;
        Loss.CrossEntropy(head.ForwardTraining(stem.ForwardTraining(images)), labels).Backward();
        stem.Parameters["Block1.0.weight"].GradientToArray().Should().Contain(g => g != 0);
        head.Parameters.Should().OnlyContain(p => p.GradientToArray().All(g => g == 0));
    }

    [Fact]
    public void A_chain_trains()
    {
        using var stemSgd = new Sgd(stem.Parameters, 0.1);
        using var headSgd = new Sgd(head.Parameters, 0.1);
        float[] losses = [.. Enumerable.Range(0, 8).Select(_ => Step(stemSgd, headSgd))];
        losses[^1].Should().BeLessThan(losses[0], string.Join(' ', losses));
    }

    [Fact]
    public void A_network_that_ran_again_does_not_go_back()
    {
        using var tape = new Tape(device, Seed);
        var block = stem.Block1.Forward(tape.Input(images.Tensor));
        // A sum keeps nothing, so that nobody else on the way back reads the network's result.
        var sum = new Add<Chw<D6, D9, D8>>("Add", count: 2).Forward(refine.ForwardTraining(block), block);
        var loss = Loss.CrossEntropy(Layerwise.Forward(head, sum), labels);
        refine.ForwardTraining(block);
        loss.Invoking(l => l.Backward()).Should().Throw<InvalidOperationException>().WithMessage("*session's next call*another session*");
    }

    [Fact]
    public void A_network_does_not_read_its_own_result()
    {
        using var tape = new Tape(device, Seed);
        var once = refine.ForwardTraining(stem.Block1.Forward(tape.Input(images.Tensor)));
        refine.Invoking(n => n.ForwardTraining(once)).Should().Throw<InvalidOperationException>().WithMessage("*another session*");
        refine.TrainingSteps.Should().Be(1);
    }

    [Fact]
    public void A_value_of_before_the_reset_is_refused_before_anything_moves()
    {
        using var tape = new Tape(device, Seed);
        var input = tape.Input(images.Tensor);
        tape.Reset();
        stem.Invoking(n => n.ForwardTraining(input)).Should().Throw<InvalidOperationException>().WithMessage("*tape was reset*");
        stem.TrainingSteps.Should().Be(0);
    }

    float Step(Sgd stemSgd, Sgd headSgd)
    {
        var loss = Loss.CrossEntropy(head.ForwardTraining(stem.ForwardTraining(images)), labels);
        loss.Backward();
        stemSgd.Step();
        headSgd.Step();
        return loss.Value;
    }

    /// <summary>Loss, the gradients of all parameters, and the input's.</summary>
    void ShouldBeEqual(
        Func<Traced<Chw<D3, D9, D8>>, Traced> whole, Func<Traced<Chw<D3, D9, D8>>, Traced> layers, params INetwork[] networks)
    {
        var expected = Run(layers, networks);
        foreach (var network in networks) network.TrainingSteps = 0;
        var actual = Run(whole, networks);
        actual.Loss.Should().Be(expected.Loss);
        actual.Input.Should().Equal(expected.Input).And.Contain(g => g != 0);
        for (int i = 0; i < actual.Parameters.Length; i++) actual.Parameters[i].Should().Equal(expected.Parameters[i], $"parameter {i}");
        actual.Parameters.Should().OnlyContain(p => p.Any(g => g != 0));
    }

    (float Loss, float[] Input, float[][] Parameters) Run(Func<Traced<Chw<D3, D9, D8>>, Traced> forward, INetwork[] networks)
    {
        foreach (var network in networks) network.Parameters.ZeroGrad();
        using var tape = new Tape(device, Seed);
        var input = tape.Input(images.Tensor, needsGradient: true);
        var loss = Loss.CrossEntropy(forward(input), labels);
        loss.Backward();
        var trained = networks.SelectMany(n => n.Parameters).Where(p => p.Spec.IsTrainable);
        return (loss.Value, input.Gradient.ToArray(Layout.Nhwc), [.. trained.Select(p => p.GradientToArray())]);
    }
}
