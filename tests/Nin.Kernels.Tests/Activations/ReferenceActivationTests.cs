using Nin.TestKit;

namespace Nin.Kernels.Tests.Activations;

public sealed class ReferenceActivationTests
{
    [Theory, MemberData(nameof(ActivationCases.Names), MemberType = typeof(ActivationCases))]
    public void A_derivative_agrees_with_central_differences(string name)
    {
        const double Step = 1e-5;
        ReferenceActivation reference = ActivationCases.All[name].Reference;
        for (double x = -8; x < 8; x += 0.0371)
        {
            if (reference.Kinks.Any(k => Math.Abs(k - x) < 2 * Step)) continue;
            double numeric = (reference.Value(x + Step) - reference.Value(x - Step)) / (2 * Step);
            reference.Derivative(x).Should().BeApproximately(numeric, 1e-8, "of {0} at {1}", name, x);
            reference.DerivativeOfOutput?.Invoke(reference.Value(x)).Should().BeApproximately(numeric, 1e-8, "of {0} at {1}", name, x);
        }
    }

    /// <summary>From the definitions: 1 / (1 + 1/e), the normal distribution at 1 and -2, and fractions of six.</summary>
    [Theory]
    [InlineData("Sigmoid", 1, 0.7310585786300049)]
    [InlineData("Tanh", 1, 0.7615941559557649)]
    [InlineData("Silu", 1, 0.7310585786300049)]
    [InlineData("Gelu", 1, 0.8413447460685429)]
    [InlineData("Gelu", -2, -0.0455002638963584)]
    [InlineData("HardSwish", 1, 0.6666666666666666)]
    [InlineData("HardSwish", -1, -0.3333333333333333)]
    [InlineData("HardSigmoid", 1, 0.6666666666666666)]
    [InlineData("Relu6", 7, 6.0)]
    public void Known_values(string name, double x, double y) =>
        ReferenceActivation.All.Single(r => r.Name == name).Value(x).Should().BeApproximately(y, 1e-15);

    /// <summary>Abramowitz and Stegun, table 7.1.</summary>
    [Theory, InlineData(0.5, 0.5204998778), InlineData(1, 0.8427007929), InlineData(2, 0.9953222650), InlineData(-1, -0.8427007929), InlineData(0, 0)]
    public void Known_error_function(double x, double y) => ReferenceActivation.Erf(x).Should().BeApproximately(y, 1e-10);
}
