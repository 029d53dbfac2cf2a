using Nin.App.Runs;
using Nin.Runner.Models;
using Nin.Training;

namespace Nin.Runner.Tests;

/// <summary>A class that a network stops predicting is warned of while it trains, with what to change.</summary>
public sealed class LostClassesTests
{
    [Fact]
    public void A_class_whose_logit_died_is_named_with_the_last_relu_as_the_cause()
    {
        var lost = new LostClasses(BookNin.Architecture);
        lost.Warning(Test(("shirt", 5, false), ("coat", 5, false))).Should().BeNull();
        lost.Warning(Test(("shirt", 0, true), ("coat", 10, false))).Should().Be(
            "warning: dead class 'shirt': the logit is the same for every image, and after the last ReLU it stays so. " +
            "Declare the last block with LastRelu = false, or start again with a smaller --lr");
        lost.Warning(Test(("shirt", 0, true), ("coat", 10, false))).Should().BeNull("it was said");
    }

    [Fact]
    public void Without_a_last_relu_the_rate_is_to_blame() =>
        new LostClasses(Quick28.Architecture).Warning(Test(("shirt", 0, true), ("coat", 0, true))).Should()
            .Contain("dead classes 'shirt', 'coat'").And.Contain("smaller --lr").And.NotContain("LastRelu");

    [Fact]
    public void A_class_that_was_predicted_and_no_longer_is_is_warned_of_each_time()
    {
        var lost = new LostClasses(Quick28.Architecture);
        lost.Warning(Test(("shirt", 0, false), ("coat", 10, false))).Should().BeNull("it may only be slow to learn");
        lost.Warning(Test(("shirt", 4, false), ("coat", 6, false))).Should().BeNull();
        lost.Warning(Test(("shirt", 0, false), ("coat", 10, false))).Should().Contain("'shirt' is no longer predicted").And.Contain("a smaller --lr");
        lost.Warning(Test(("shirt", 1, false), ("coat", 9, false))).Should().BeNull();
        lost.Warning(Test(("shirt", 0, false), ("coat", 10, false))).Should().Contain("'shirt'");
    }

    [Fact]
    public void A_relu_is_seen_through_pooling_and_flattening()
    {
        LostClasses.EndsWithRelu(BookNin.Architecture).Should().BeTrue();
        LostClasses.EndsWithRelu(BookOnePointwise.Architecture).Should().BeTrue();
        LostClasses.EndsWithRelu(Mnist28.Architecture).Should().BeFalse();
    }

    [Fact]
    public void Training_says_it_when_it_happens()
    {
        using var folder = new TemporaryFolder();
        // So fast that the ReLU before the loss dies in the first steps.
        var outcome = NinProcess.Run(
            "train", "--model", "MiniBook", "--dataset", "synthetic", "--limit", "512", "--batch", "32", "--epochs", "1", "--lr", "0.5", "--device", "cpu", "--json",
            "--out", folder["run"]).Succeeded();
        outcome.JsonLines[0].GetProperty("deadClasses").GetInt32().Should().BeGreaterThan(0);
        outcome.Error.Should().MatchRegex("warning: dead class(es)? '.*LastRelu = false");
    }

    static EvaluationResult Test(params (string Name, int Predicted, bool IsDead)[] classes) => new(
        10, 1, 0.5, new int[2, 2], [.. classes.Select(c => new ClassMetrics(c.Name, 5, 0.5, 0.5) { Predicted = c.Predicted, IsDead = c.IsDead })],
        classes.Count(c => c.IsDead));
}
