using Nin.Model.Tests.Networks;
using Nin.Model.Tests.Training;
using Nin.Ops;
using Nin.Shapes.Sizes;
using Nin.Training;

namespace Nin.Model.Tests.Gradients;

/// <summary>The gradient of every step and loss that the library has, on every device of this machine, against central differences.</summary>
[Collection(nameof(SharedDevices))]
public sealed class StepGradientTests(DeviceSet devices)
{
    static readonly Shape Image = new(6, 7, 5);

    static readonly ParameterSpec[] Specs =
    [
        new("w", ParameterRole.Weight, 8, 3, 3, 3), new("b", ParameterRole.Bias, 8),
        new("full", ParameterRole.Weight, 8, 6, 3, 3),
        new("w1", ParameterRole.Weight, 9, 6, 1, 1), new("b1", ParameterRole.Bias, 9),
        new("w2", ParameterRole.Weight, 4, 9, 1, 1), new("b2", ParameterRole.Bias, 4),
        new("linear", ParameterRole.Weight, 10, 210), new("up", ParameterRole.Weight, 6, 4, 3, 2), new("depthwise", ParameterRole.Weight, 6, 1, 3, 3),
        new("b6", ParameterRole.Bias, 6),
        new("norm.weight", ParameterRole.Scale, 8), new("norm.bias", ParameterRole.Shift, 8),
        new("norm.running_mean", ParameterRole.RunningMean, 8), new("norm.running_var", ParameterRole.RunningVariance, 8),
    ];

    [DeviceFact(DeviceKind.Cpu)]
    public void On_the_processor() => Check("cpu");

    [DeviceFact(DeviceKind.Emulator)]
    public void On_the_emulator() => Check("emulator");

    // Most of half a minute for compiling every activation; the emulator runs the same kernels every time, and the conformance tests each op on OpenCL.
    [DeviceFact(DeviceKind.OpenCl, isLong: true)]
    [Trait("Category", "Long")]
    public void On_opencl() => Check("opencl:0");

    [DeviceFact(DeviceKind.Cuda)]
    public void On_cuda() => Check("cuda:0");

    [Fact]
    public void Every_step_of_the_library_is_among_them()
    {
        using var device = Device.Open("cpu", threads: 1);
        using var parameters = new ParameterSet(device, Specs);
        var checkedTypes = Steps(parameters).Select(s => s.GetType()).Concat(Merges().Select(m => m.GetType()))
            .Select(t => t.IsGenericType ? t.GetGenericTypeDefinition() : t);
        typeof(Step).Assembly.GetTypes()
            .Where(t => !t.IsAbstract && (t.IsSubclassOf(typeof(Step)) || t.IsSubclassOf(typeof(MergeStep))))
            .Should().BeSubsetOf(checkedTypes, "a residual step, which is not a Step, is in ResidualBlocksNet");
        var activations = Steps(parameters).Select(s => s.GetType()).Where(t => t.IsGenericType).Select(t => t.GetGenericArguments()[0]);
        typeof(Step).Assembly.GetTypes().Where(t => t.IsValueType && t.IsAssignableTo(typeof(IActivation))).Should().BeSubsetOf(activations);
    }

    void Check(string id)
    {
        var device = devices.Open(id);
        using var parameters = new ParameterSet(device, Specs);
        Initialization.Apply(parameters, Init.He, seed: 3);
        var options = new GradientCheckOptions { Batch = 3, Directions = 2 };
        foreach (var step in Steps(parameters)) ShouldBeRight(step.ToString() + step.Input, GradientCheck.Of(step, device, options));
        foreach (var merge in Merges()) ShouldBeRight(merge.ToString()!, GradientCheck.Of(merge, device, options));
        foreach (double smoothing in new[] { 0, 0.2 })
            ShouldBeRight($"loss {smoothing}", GradientCheck.Of(new CrossEntropyLoss(smoothing), 7, device, options));

        using var residuals = new ResidualBlocksNet(device, seed: 2);
        ShouldBeRight("residual blocks", GradientCheck.Of(residuals, options: options with { Directions = 1 }));
    }

    static void ShouldBeRight(string what, GradientCheckResult result) => result.Problem.Should().BeNull("of {0}", what);

    static IEnumerable<Step> Steps(ParameterSet p)
    {
        Conv2dSizes window = new(6, 7, 5, 8, new Window2d(new(3, Stride: 2, Before: 2, After: 1, Dilation: 2), new(3, Before: 1)), Groups: 2);
        Conv2dSizes first = new(6, 7, 5, 9), second = new(9, 7, 5, 4), full = new(6, 7, 5, 8, Kernel: 3, Padding: 1);
        BatchNormalization norm = new(p, "norm", epsilon: 0.1);
        var convolution = new Shape(8, window.OutHeight, window.OutWidth);
        foreach (bool relu in new[] { false, true })
        {
            yield return new ConvolutionStep(window, convolution, p["w"], p["b"], relu);
            yield return new ConvolutionStep(new(210, 1, 1, 10), Shape.Flat(10), p["linear"], null, relu);
            yield return new NormalizedConvolutionStep(full, p["full"], p["b"], norm, relu);
            yield return new BatchNormStep(new Shape(8, 4, 4), norm, relu);
            yield return new PointwiseMlpStep(
                new ConvolutionStep(first, new Shape(9, 7, 5), p["w1"], p["b1"], relu: true),
                new ConvolutionStep(second, new Shape(4, 7, 5), p["w2"], p["b2"], relu));
        }

        // A formula whose gradient reads the output, and one whose reads what it is applied to.
        var plain = new ConvolutionStep(window, convolution, p["w"], p["b"], relu: false);
        var normalized = new NormalizedConvolutionStep(full, p["full"], p["b"], norm, relu: false);
        yield return plain.Then(new ActivationStep<Tanh>(plain.Output));
        yield return plain.Then(new ActivationStep<Silu>(plain.Output));
        yield return normalized.Then(new ActivationStep<LeakyRelu>(normalized.Output, new LeakyRelu(0.2f)));
        yield return normalized.Then(new ActivationStep<Gelu>(normalized.Output));
        yield return new MaxPoolStep(new PoolSizes(6, 7, 5, new Window2d(new(3, Stride: 2, Before: 1, After: 1), new(2, Dilation: 2))));
        yield return new MaxPoolStep(PoolSizes.Global(Image));
        yield return new AvgPoolStep(new PoolSizes(6, 7, 5, 3, 2, 1), countIncludePad: true);
        yield return new AvgPoolStep(new PoolSizes(6, 7, 5, 3, 2, 1), countIncludePad: false);
        yield return new AvgPoolStep(PoolSizes.Global(Image));
        yield return new DropoutStep(Image, 0.4, layer: 1);
        yield return new LocalResponseNormStep(Image, size: 4, alpha: 2, k: 0.5);
        // Both from 6x7x5.
        Conv2dSizes larger = new(8, 14, 9, 6, new Window2d(new(3, Stride: 2, Before: 1), new(2, Before: 1, Stride: 2)), Groups: 2);
        yield return new TransposedConvolutionStep(larger, p["up"], p["b"]);
        yield return new TransposedConvolutionStep(new(6, 14, 10, 6, Kernel: 3, Stride: 2, Padding: 1, Groups: 6), p["depthwise"], p["b6"]);
        yield return new FlattenStep(Image);
        yield return new ActivationStep<Relu>(Image);
        yield return new ActivationStep<LeakyRelu>(Image, new LeakyRelu(0.2f));
        yield return new ActivationStep<Elu>(Image, new Elu(0.7f));
        yield return new ActivationStep<Relu6>(Image);
        yield return new ActivationStep<HardTanh>(Image, new HardTanh(-0.6f, 1.7f));
        yield return new ActivationStep<Sigmoid>(Image);
        yield return new ActivationStep<Tanh>(Image);
        yield return new ActivationStep<Silu>(Image);
        yield return new ActivationStep<Gelu>(Image);
        yield return new ActivationStep<HardSwish>(Image);
        yield return new ActivationStep<HardSigmoid>(Image);
    }

    static IEnumerable<MergeStep> Merges()
    {
        yield return new AddStep(Image, 3);
        yield return new AddStep(Image, 2, relu: true);
        yield return new ConcatStep([Image, new Shape(3, 7, 5), new Shape(1, 7, 5)]);
        yield return new MultiplyStep([Image, Image]);
        yield return new MultiplyStep([Image, new Shape(6, 1, 1)]);
    }
}
