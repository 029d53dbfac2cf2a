namespace Nin.Training;

/// <summary>
/// Checks gradients that the library computes, of your own steps, activations, losses and networks: along random directions in each input and
/// parameter the slope must be that of a central difference. Call it from a test; a wrong gradient trains, only badly.
/// </summary>
/// <remarks>
/// Functions are computed in float32 and may have kinks (ReLU, max pooling): the difference is taken at several step sizes, and what changes from one to the next
/// is not held against the gradient. An error of more than 2 % of the slope along a direction is found, or of 5 % where kinks are many; one at a few elements of many is
/// less than that, so use small shapes. Exactly at a kink a difference does not tell the right slope; random inputs are never exactly there. What is checked keeps its values: parameters, running statistics and training
/// steps are put back. One thread at a time uses what is checked.
/// </remarks>
/// <example><code>
/// using var device = Device.Open("cpu");
/// GradientCheck.Of(new MyStep(new Shape(8, 5, 7)), device).ThrowIfWrong();
/// using var net = new MyNet(device, seed: 1);
/// Console.WriteLine(GradientCheck.Of(net));   // right along 27 directions; the largest relative error is 0.0004, at Block1.0.weight
/// </code></example>
public static class GradientCheck
{
    /// <summary>A step: its input and the parameters that it lists.</summary>
    /// <param name="step">The step.</param>
    /// <param name="device">Where it runs; its parameters must be on that device.</param>
    /// <param name="options">How; null for the defaults.</param>
    public static GradientCheckResult Of(Step step, Device device, GradientCheckOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(step);
        return Of(device, [step.Input], inputs => inputs[0].Tape.Apply(step, inputs[0]), step.Parameters, options);
    }

    /// <summary>A step of several inputs.</summary>
    /// <inheritdoc cref="Of(Step, Device, GradientCheckOptions?)"/>
    public static GradientCheckResult Of(MergeStep step, Device device, GradientCheckOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(step);
        return Of(device, step.Inputs, inputs => inputs[0].Tape.Apply(step, inputs), [], options);
    }

    /// <summary>An activation; <see cref="ActivationCheck"/> checks its formula point by point.</summary>
    /// <param name="activation">The activation, with its own numbers.</param>
    /// <param name="device">Where it runs.</param>
    /// <param name="options">How; null for the defaults.</param>
    public static GradientCheckResult Of<TActivation>(TActivation activation, Device device, GradientCheckOptions? options = null)
        where TActivation : unmanaged, IActivation => Of(new ActivationStep<TActivation>(Shape.Flat(97), activation), device, options);

    /// <summary>Whatever can be recorded on a tape: layers, blocks, several steps.</summary>
    /// <param name="device">Where it runs.</param>
    /// <param name="inputs">Shapes of one example of each input.</param>
    /// <param name="forward">Records the function on the tape of its inputs; it must give the same each time.</param>
    /// <param name="parameters">The parameters to check; frozen ones and buffers are passed over.</param>
    /// <param name="options">How; null for the defaults.</param>
    public static GradientCheckResult Of(
        Device device, IReadOnlyList<Shape> inputs, Func<Traced[], Traced> forward, IReadOnlyList<Parameter> parameters,
        GradientCheckOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(forward);
        ArgumentNullException.ThrowIfNull(parameters);
        options = (options ?? new()).Checked();
        using var function = new TapeFunction(device, inputs, forward, parameters, options);
        return new CentralDifferences(function.Value, function.Backward, options).Run(function.Variables);
    }

    /// <summary>A loss, as <see cref="Loss.Example"/> says it and as the device computes it, over random logits and labels.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="classes">Classes, 2 or more.</param>
    /// <param name="device">Where it runs.</param>
    /// <param name="options">How; null for the defaults.</param>
    public static GradientCheckResult Of(Loss loss, int classes, Device device, GradientCheckOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(loss);
        ArgumentNullException.ThrowIfNull(device);
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 2);
        options = (options ?? new()).Checked();
        using var function = new LossFunction(loss, classes, device, options);
        var example = new CentralDifferences(function.ExampleValue, function.ExampleGradient, options).Run(function.Variables("Example's logits"));
        var onDevice = new CentralDifferences(function.DeviceValue, function.DeviceGradient, options).Run(function.Variables($"logits on {device.Id}"));
        var worse = !example.IsRight || (onDevice.IsRight && example.LargestRelativeError > onDevice.LargestRelativeError) ? example : onDevice;
        return worse with { Comparisons = example.Comparisons + onDevice.Comparisons };
    }

    /// <summary>A network in training, from its images to its loss: with the statistics of the batch, and dropout by its seed.</summary>
    /// <param name="network">The network, whose weights are put back.</param>
    /// <param name="loss">The loss to minimise; null for <see cref="CrossEntropyLoss"/>.</param>
    /// <param name="options">How; null for the defaults.</param>
    public static GradientCheckResult Of(INetwork network, Loss? loss = null, GradientCheckOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        options = (options ?? new()).Checked();
        using var function = new NetworkFunction(network, loss ?? new CrossEntropyLoss(), options);
        return new CentralDifferences(function.Value, function.Backward, options, isNetwork: true).Run(function.Variables);
    }
}
