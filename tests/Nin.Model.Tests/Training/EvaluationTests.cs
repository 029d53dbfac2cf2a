using Nin.Data;
using Nin.Training;

namespace Nin.Model.Tests.Training;

public sealed class EvaluationTests
{
    [Fact]
    public void CountsByHand()
    {
        var tally = new EvaluationTally(3, new CrossEntropyLoss());
        tally.Add([2, 1, 0], 0);
        tally.Add([0, 3, 0], 2);
        tally.Add([1, 1, 0], 1);
        var result = tally.Result(["a", "b"]);
        // log(1 + e^-1 + e^-2) = 0.407606, log(e^3 + 2) = 3.094923, log(2e + 1) - 1 = 0.861995.
        result.Loss.Should().BeApproximately((0.407606 + 3.094923 + 0.861995) / 3, 1e-6);
        result.Accuracy.Should().BeApproximately(1 / 3.0, 1e-12);
        result.Confusion.Should().BeEquivalentTo(new[,] { { 1, 0, 0 }, { 1, 0, 0 }, { 0, 1, 0 } });
        result.Classes.Should().Equal(
            new ClassMetrics("a", 1, 0.5, 1) { Predicted = 2 }, new ClassMetrics("b", 1, 0, 0) { Predicted = 1 },
            new ClassMetrics("class 2", 1, 0, 0) { IsDead = true });
        result.DeadClasses.Should().Be(1);
    }

    [Fact]
    public void LargeLogitsDoNotOverflow()
    {
        var tally = new EvaluationTally(2, new CrossEntropyLoss());
        tally.Add([3e38f, -3e38f], 0);
        tally.Add([1000, 990], 1);
        tally.Result(["a", "b"]).Loss.Should().BeApproximately((0 + 10.0000454) / 2, 1e-6);
    }

    [Fact]
    public void DoesNotDependOnTheBatchSize()
    {
        using var device = Device.Open("cpu", threads: 1);
        using var net = new ChannelNet(device);
        var data = ChannelImages.Create(53, seed: 1);
        var whole = Evaluation.Run(net, data, batchSize: 100);
        foreach (int batch in (int[])[1, 7, 53])
        {
            var result = Evaluation.Run(net, data, batchSize: batch);
            result.Loss.Should().Be(whole.Loss);
            result.Confusion.Should().BeEquivalentTo(whole.Confusion);
        }

        whole.Examples.Should().Be(53);
        net.TrainingSteps.Should().Be(0);
    }

    [Fact]
    public void The_loss_is_the_one_that_is_asked_for()
    {
        using var device = Device.Open("cpu", threads: 1);
        using var net = new ChannelNet(device);
        var data = ChannelImages.Create(12, seed: 1);
        // All of the target spread over all classes: -mean of the log-softmax, whatever the label.
        double expected = data.Labels.ToArray().Select((_, i) => SpreadLoss(net, data, i)).Average();
        Evaluation.Run(net, data, loss: new CrossEntropyLoss(labelSmoothing: 1)).Loss.Should().BeApproximately(expected, 1e-6)
            .And.NotBe(Evaluation.Run(net, data).Loss);
    }

    static double SpreadLoss(ChannelNet net, ImageDataset data, int image)
    {
        float[] logits = Logits(net, data, image, mirrored: false);
        double sum = Math.Log(logits.Sum(l => Math.Exp(l)));
        return logits.Average(l => sum - l);
    }

    [Theory]
    [InlineData(64)]
    [InlineData(5)]
    public void Mirror_images_count_half(int batchSize)
    {
        using var device = Device.Open("cpu", threads: 1);
        using var net = new ChannelNet(device);
        var data = ChannelImages.Create(12, seed: 1);
        var tally = new EvaluationTally(ChannelNet.Architecture.Output.Channels, new CrossEntropyLoss());
        for (int i = 0; i < data.Count; i++)
        {
            var (image, mirror) = (Logits(net, data, i, mirrored: false), Logits(net, data, i, mirrored: true));
            tally.Add([.. image.Zip(mirror, (a, b) => (a + b) / 2)], data.Labels[i]);
        }

        double expected = tally.Result([]).Loss;
        Evaluation.Run(net, data, batchSize: batchSize, mirrored: true).Loss.Should().BeApproximately(expected, 1e-6)
            .And.NotBe(Evaluation.Run(net, data, batchSize: batchSize).Loss);
    }

    static float[] Logits(ChannelNet net, ImageDataset data, int image, bool mirrored)
    {
        var shape = ChannelNet.Architecture.Input;
        using var input = net.CreateInput(1);
        input.CopyFrom([.. Enumerable.Range(0, data.Image(image).Length).Select(i => data.Image(image)[mirrored ? i - i % shape.Width * 2 + shape.Width - 1 : i] / 255f)], Layout.Nchw);
        return net.Forward(input).ToArray();
    }

    [Fact]
    public void OneImageIsAnEvaluation()
    {
        using var device = Device.Open("cpu", threads: 1);
        using var net = new ChannelNet(device);
        var one = Evaluation.Run(net, ChannelImages.Create(1, seed: 1), batchSize: 64);
        (one.Examples, one.DeadClasses).Should().Be((1, 0));
        double.IsFinite(one.Loss).Should().BeTrue();
        one.Accuracy.Should().BeOneOf(0, 1);
        FluentActions.Invoking(() => Evaluation.Run(net, ChannelImages.Create(1, seed: 1), batchSize: 0)).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void AClassWhoseLogitIsAlwaysTheSameIsDead()
    {
        using var device = Device.Open("cpu", threads: 1);
        using var net = new ChannelNet(device);
        var data = ChannelImages.Create(40, seed: 1);
        Evaluation.Run(net, data).DeadClasses.Should().Be(0);
        float[] scale = [1, 1, 0, 1, 1, 1, 0, 1, 1, 1];
        net.Parameters["Norm1.weight"].CopyFrom(scale);
        net.Parameters["Norm1.bias"].CopyFrom([0, 0, 0, 0, 0, 0, 0.25f, 0, 0, 0]);
        Evaluation.Run(net, data).DeadClasses.Should().Be(2);
        Evaluation.Run(net, data.Take(1)).DeadClasses.Should().Be(0);
    }

    [Fact]
    public void ImagesThatDoNotFitAreRefused()
    {
        using var device = Device.Open("cpu", threads: 1);
        using var net = new ChannelNet(device);
        FluentActions.Invoking(() => Evaluation.Run(net, SyntheticDataset.Create(20, 1, 4, 4, seed: 0)))
            .Should().Throw<ArgumentException>().WithMessage("*1 channels*ChannelNet takes 10*");
        var eleven = new ImageDataset(new byte[160], new int[1], 10, 4, 4, [.. Enumerable.Range(0, 11).Select(i => $"{i}")]);
        FluentActions.Invoking(() => Evaluation.Run(net, eleven)).Should().Throw<ArgumentException>().WithMessage("*11 classes*knows 10*");
    }
}
