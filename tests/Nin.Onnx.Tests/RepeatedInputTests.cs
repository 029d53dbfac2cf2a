using Nin.Training;

namespace Nin.Onnx.Tests;

/// <summary>A value that a sum or product reads twice gets both shares of the gradient.</summary>
public sealed class RepeatedInputTests
{
    [Theory, InlineData("cpu"), InlineData("emulator")]
    public void Gradients_are_those_of_central_differences(string id)
    {
        using var device = Device.Open(id);
        using var network = new TwiceNet(device, 3);
        GradientCheck.Of(network, options: new GradientCheckOptions { Batch = 2 }).Problem.Should().BeNull();
    }
}
