using Nin.Ops;
using Nin.TestKit;

namespace Nin.Kernels.Tests.Activations;

/// <summary>An activation as the tests take it: the struct's type is known here alone.</summary>
abstract class ActivationCase(ReferenceActivation reference)
{
    public ReferenceActivation Reference => reference;

    public abstract bool SavesOutput { get; }

    public abstract void Forward(DeviceStream stream, DeviceView x, DeviceView y);

    public abstract void Backward(DeviceStream stream, DeviceView saved, DeviceView dy, DeviceView dx, bool accumulate);

    public abstract Step Step(Shape shape);

    /// <summary>A convolution, normalised or not, and the activation as one step.</summary>
    public abstract Step After(Step step);

    public abstract void Check(Device device);

    public sealed class Of<TActivation>(TActivation activation, ReferenceActivation reference) : ActivationCase(reference)
        where TActivation : unmanaged, IActivation
    {
        public override bool SavesOutput => TActivation.SavesOutput;

        public override void Forward(DeviceStream stream, DeviceView x, DeviceView y) =>
            stream.Device.Kernels.Get<IActivationForward>().Run(stream, activation, x, y);

        public override void Backward(DeviceStream stream, DeviceView saved, DeviceView dy, DeviceView dx, bool accumulate) =>
            stream.Device.Kernels.Get<IActivationBackward>().Run(stream, activation, saved, dy, dx, accumulate);

        public override Step Step(Shape shape) => new ActivationStep<TActivation>(shape, activation);

        public override Step After(Step step) => step is ConvolutionStep convolution
            ? convolution.Then(new ActivationStep<TActivation>(step.Output, activation))
            : ((NormalizedConvolutionStep)step).Then(new ActivationStep<TActivation>(step.Output, activation));

        public override void Check(Device device) => ActivationCheck.Run(activation, device);
    }
}

/// <summary>The library's activations and two of a user.</summary>
static class ActivationCases
{
    public static IReadOnlyDictionary<string, ActivationCase> All { get; } = new ActivationCase[]
    {
        Own(default(Relu)), Own(new LeakyRelu(0.1f)), Own(new Elu(0.7f)), Own(default(Relu6)), Own(new HardTanh(-0.6f, 1.7f)), Own(default(Sigmoid)), Own(default(Tanh)), Own(default(Silu)),
        Own(default(Gelu)), Own(default(HardSwish)), Own(default(HardSigmoid)),
        // An exponential (4) whose terms cancel, the difference and the product; the sum and the product.
        new ActivationCase.Of<OutputElu>(new(0.7f), new(OutputElu.Name, x => x > 0 ? x : 0.7f * (Math.Exp(x) - 1), x => x > 0 ? 1 : 0.7f * Math.Exp(x), 6, 2)
        {
            Size = x => x > 0 ? x : (double)0.7f * (Math.Exp(x) + 1), Kinks = [0], DerivativeOfOutput = y => y > 0 ? 1 : y + 0.7f,
        }),
        new ActivationCase.Of<Bent>(new(0.5f, 2), new(Bent.Name, x => Math.Sqrt(x * x + 2) / 4 + x, x => x / (4 * Math.Sqrt(x * x + 2)) + 1, 6, 8)
        {
            Size = x => Math.Sqrt(x * x + 2) / 4 + Math.Abs(x), Slope = x => Math.Abs(x) / (4 * Math.Sqrt(x * x + 2)) + 1,
        }),
    }.ToDictionary(c => c.Reference.Name);

    public static TheoryData<string> Names => [.. All.Keys];

    static ActivationCase.Of<TActivation> Own<TActivation>(TActivation activation)
        where TActivation : unmanaged, IActivation =>
        new(activation, ReferenceActivation.All.Single(r => r.Name == TActivation.Name));
}
