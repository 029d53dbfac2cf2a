using Nin.Dimensions;
using Nin.Model.Tests.Networks;
using Nin.TestKit;
using Nin.Training;

namespace Nin.Model.Tests.Training;

/// <summary>Losses in training: weights and ignored labels in the mean, targets that are numbers.</summary>
public sealed class LossTests : IDisposable
{
    readonly Device device = Device.Open("cpu", threads: 2);

    public static TheoryData<string> TargetLosses => ["mse", "bce", "soft"];

    public void Dispose() => device.Dispose();

    [Fact]
    public void The_mean_is_over_the_weights_of_the_labels_and_ignored_examples_do_not_count()
    {
        var loss = new CrossEntropyLoss(0.1, classWeights: [1, 3, 0.5f], ignoreIndex: -100);
        float[] z = RandomData.Normal(1, 4 * 3);
        int[] labels = [1, -100, 2, 0];
        using var logits = new TensorBuffer(device, 4, Shape.Flat(3));
        using var tape = new Tape(device);
        var traced = tape.Input(logits.CopyFrom(z, 4, Layout.Nhwc), needsGradient: true);
        var recorded = loss.Of(traced, labels);
        var dz = new float[12];
        double sum = 0;
        for (int i = 0; i < 4; i++) sum += loss.Example(z.AsSpan(3 * i, 3), labels[i], dz.AsSpan(3 * i, 3));
        recorded.Value.Should().BeApproximately((float)(sum / 4.5), 1e-6f);
        recorded.Backward();
        float[] gradient = traced.Gradient.ToArray(Layout.Nhwc);
        for (int i = 0; i < dz.Length; i++) gradient[i].Should().BeApproximately(dz[i] / 4.5f, 1e-7f);
        gradient.AsSpan(3, 3).ToArray().Should().OnlyContain(d => d == 0);
        sum.Should().NotBe(0);
    }

    [Fact]
    public void A_batch_of_ignored_examples_alone_has_no_loss_and_changes_no_weight_by_its_gradient()
    {
        using var net = new ChannelNet(device);
        using var sgd = new Sgd(net.Parameters, 0.1);
        using var images = net.CreateInput(2);
        float[] before = net.Parameters["Norm1.weight"].ToArray();
        net.TrainStep(images.CopyFrom(RandomData.Normal(1, 320), 2, Layout.Nchw), [-1, -1], sgd, new CrossEntropyLoss(ignoreIndex: -1)).Should().Be(0);
        net.Parameters["Norm1.weight"].ToArray().Should().Equal(before);
    }

    [Fact]
    public void Weights_that_are_not_one_a_class_are_refused_before_anything_changes()
    {
        using var net = new ChannelNet(device);
        using var sgd = new Sgd(net.Parameters, 0.1);
        using var images = net.CreateInput(1);
        net.Invoking(n => n.TrainStep(images, [0], sgd, new CrossEntropyLoss(classWeights: [1, 2]))).Should().Throw<ArgumentException>()
            .WithMessage("The loss has 2 class weights and the network 10 classes: give one per class.");
        net.TrainingSteps.Should().Be(0);
        FluentActions.Invoking(() => new CrossEntropyLoss(classWeights: [1, -1])).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => new CrossEntropyLoss(classWeights: [0, 0])).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void Weighted_cross_entropy_has_the_right_gradient() =>
        GradientCheck.Of(new CrossEntropyLoss(0.2, [1, 3, 0.5f, 2, 0.1f]), 5, device, new() { Batch = 6 }).ThrowIfWrong();

    [Theory, MemberData(nameof(TargetLosses))]
    public void A_network_learns_targets_that_are_numbers(string kind)
    {
        using var net = new ChannelNet(device);
        using var adam = new Adam(net.Parameters, 0.05);
        using var images = net.CreateInput(8);
        using var wanted = new TensorBuffer<Features<D10>>(device, 8);
        var x = images.CopyFrom(RandomData.Normal(1, 8 * 160), 8, Layout.Nchw);
        float[] t = new float[80];
        for (int i = 0; i < 8; i++) t[10 * i + 3] = 1;
        var targets = wanted.CopyFrom(t, 8, Layout.Nchw);
        float first = net.TrainStep(x, targets, adam, Make(kind)), last = 0;
        for (int i = 0; i < 60; i++) last = net.TrainStep(x, targets, adam, Make(kind));
        last.Should().BeLessThan(0.7f * first);
    }

    [Theory, MemberData(nameof(TargetLosses))]
    public void The_steps_of_the_plan_and_of_the_tape_are_the_same_bits_whatever_the_threads_and_allocate_nothing(string kind)
    {
        var loss = Make(kind);
        float[] Train(int threads, bool tape)
        {
            using var own = Device.Open("cpu", threads);
            using var net = new ChannelNet(own);
            using var sgd = new Sgd(net.Parameters, 0.1, momentum: 0.9);
            using var images = net.CreateInput(5);
            using var wanted = new TensorBuffer<Features<D10>>(own, 5);
            var x = images.CopyFrom(RandomData.Normal(1, 5 * 160), 5, Layout.Nchw);
            var targets = wanted.CopyFrom([.. RandomData.Normal(2, 50).Select(v => v > 0 ? 1f : 0f)], 5, Layout.Nchw);
            void Step()
            {
                if (!tape)
                {
                    net.TrainStep(x, targets, sgd, loss);
                    return;
                }

                loss.Of(net.ForwardTraining(x), targets.Untyped).Backward();
                sgd.Step();
            }

            for (int i = 0; i < 3; i++) Step();
            float[] weights = [.. net.Parameters.SelectMany(p => p.ToArray())];
            if (!tape) Allocations.OnThread(10, Step).Should().Be(0);
            return weights;
        }

        float[] want = Train(1, tape: false);
        Train(1, tape: true).Should().Equal(want);
        Train(4, tape: false).Should().Equal(want);
    }

    [Theory, MemberData(nameof(TargetLosses))]
    public void The_gradient_is_the_slope(string kind)
    {
        var loss = Make(kind);
        float[] y = RandomData.Normal(1, 7), t = [.. RandomData.Normal(2, 7).Select(v => v > 0 ? 1f : 0.25f)], gradient = new float[7];
        loss.Example(y, t, gradient);
        for (int i = 0; i < 7; i++)
        {
            const float H = 1f / 1024;
            float[] up = [.. y], down = [.. y];
            (up[i], down[i]) = (y[i] + H, y[i] - H);
            double slope = (loss.Example(up, t, default) - loss.Example(down, t, default)) / ((double)up[i] - down[i]);
            ((double)gradient[i]).Should().BeApproximately(slope, 1e-5);
        }
    }

    [Fact]
    public void A_gradient_can_be_set_and_an_optimiser_uses_it()
    {
        using var net = new TinyNin(device, seed: 1);
        using var sgd = new Sgd(net.Parameters, 0.5);
        var weight = net.Parameters["Block1.0.weight"];
        float[] before = weight.ToArray(), gradient = RandomData.Normal(1, before.Length);
        weight.SetGradient(gradient);
        weight.GradientToArray().Should().Equal(gradient);
        sgd.Step();
        weight.ToArray().Zip(before, (a, b) => a - b).Zip(gradient, (moved, g) => Math.Abs(moved + 0.5f * g)).Max().Should().BeLessThan(1e-6f);
        net.Parameters["Block1.0.weight"].Invoking(p => p.SetGradient([1])).Should().Throw<ArgumentException>();
    }

    static TargetLoss Make(string kind) =>
        kind switch { "mse" => new MeanSquaredErrorLoss(), "bce" => new BinaryCrossEntropyLoss(), _ => new SoftCrossEntropyLoss() };
}
