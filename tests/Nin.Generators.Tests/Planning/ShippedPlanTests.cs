using Nin.Generators.Emission;
using Nin.Generators.Planning;
using Nin.Generators.Tests.Harness;

namespace Nin.Generators.Tests.Planning;

/// <summary>The plans of the shipped models beside what no plan can go below.</summary>
public class ShippedPlanTests(Xunit.Abstractions.ITestOutputHelper output)
{
    [Theory]
    [InlineData("BookNin")]
    [InlineData("BookOnePointwise")]
    [InlineData("Book96")]
    [InlineData("Mnist28")]
    [InlineData("Modern28")]
    [InlineData("Quick28")]
    [InlineData("Cifar10")]
    public void The_plan_takes_what_is_alive_at_once_and_less_than_a_thousandth_more(string model)
    {
        NetworkParts parts = new(ShippedModels.Spec(model));
        long training = Packing.LowerBound(parts.Training.Slots);
        output.WriteLine(
            $"{model}: training {4 * parts.Training.PerExample:N0} bytes an example, bound {4 * training:N0}, "
            + $"without reuse {4 * parts.Training.Slots.Sum(s => s.Size):N0}, "
            + $"inference {4 * parts.Inference.PerExample:N0}, bound {4 * parts.Inference.LowerBound:N0}");
        parts.Training.PerExample.Should().BeInRange(training, training + training / 1000);
        parts.Inference.PerExample.Should().Be(parts.Inference.LowerBound);
    }
}
