using Nin.Model.Tests.Networks;
using Nin.Ops;
using Nin.TestKit;
using Nin.Training;

namespace Nin.Model.Tests.Gradients;

/// <summary>The check finds wrong gradients, says where, lets right ones pass, and leaves nothing behind.</summary>
public sealed class GradientCheckTests : IDisposable
{
    static readonly Shape Image = new(4, 6, 5);

    readonly Device device = Device.Open("cpu", threads: 1);

    public void Dispose() => device.Dispose();

    [Theory, InlineData(1.03), InlineData(0.97), InlineData(0), InlineData(-1)]
    public void A_step_whose_gradient_is_off_is_found(double factor)
    {
        GradientCheck.Of(new Cubed(Image, 1), device).IsRight.Should().BeTrue();
        var result = GradientCheck.Of(new Cubed(Image, (float)factor), device);
        result.IsRight.Should().BeFalse();
        result.Variable.Should().Be("input");
        (result.Analytic / result.Numeric).Should().BeApproximately(factor, 5e-3);
        result.LargestRelativeError.Should().BeGreaterThan(0.02);
        result.Invoking(r => r.ThrowIfWrong()).Should().Throw<InvalidOperationException>()
            .WithMessage("The gradient is wrong at input, direction *: the gradient gives the slope *, the central difference *").And.Message.Should().NotContain("\n");
    }

    [Fact]
    public void Of_several_parameters_the_wrong_one_is_named()
    {
        ParameterSpec[] specs = [new("scale", ParameterRole.Scale, 4), new("shift", ParameterRole.Shift, 4)];
        using var parameters = new ParameterSet(device, specs);
        Initialization.Apply(parameters, Init.He, 0);
        GradientCheck.Of(new Affine(Image, parameters, wrong: null), device).ThrowIfWrong().Comparisons.Should().Be(9);
        foreach (string wrong in new[] { "scale", "shift" })
        {
            var result = GradientCheck.Of(new Affine(Image, parameters, wrong), device);
            (result.IsRight, result.Variable).Should().Be((false, wrong));
        }
    }

    [Fact]
    public void A_gradient_that_swaps_two_channels_is_found() =>
        GradientCheck.Of(device, [Image, Image], inputs => inputs[0].Tape.Apply(new Swapped(Image), inputs), []).IsRight.Should().BeFalse();

    [Theory, InlineData(1e-3), InlineData(1), InlineData(1e3)]
    public void Kinks_and_scales_raise_no_false_alarm(double scale)
    {
        var options = new GradientCheckOptions { Batch = 4, Directions = 8, InputScale = scale };
        for (int seed = 0; seed < 5; seed++)
        {
            GradientCheck.Of(new Relu(), device, options with { Seed = seed }).ThrowIfWrong();
            GradientCheck.Of(new MaxPoolStep(new PoolSizes(4, 6, 5, 3, 2, 1)), device, options with { Seed = seed }).ThrowIfWrong();
        }
    }

    [Fact]
    public void A_random_function_is_not_confirmed()
    {
        int call = 0;
        var result = GradientCheck.Of(
            device, [Image], inputs => inputs[0].Tape.Apply(new DropoutStep(Image, 0.5, layer: call++), inputs[0]), []);
        result.Problem.Should().Contain("could not be confirmed").And.Contain("Is the function random");
    }

    [Fact]
    public void A_function_that_is_not_finite_is_not_confirmed() =>
        GradientCheck.Of(new Logarithm(), device).Problem.Should().Contain("NaN");

    [Fact]
    public void A_users_activation_and_loss_are_checked()
    {
        GradientCheck.Of(new Multiplied(1.5f), device).ThrowIfWrong();
        GradientCheck.Of(new WrongActivation(), device).Problem.Should().Contain("input");
        GradientCheck.Of(new SquaredLoss(1), 5, device).ThrowIfWrong();
        GradientCheck.Of(new SquaredLoss(1.1), 5, device).Problem.Should().Contain("logits");
        GradientCheck.Of(new CrossEntropyLoss(0.1), 10, device).ThrowIfWrong();
    }

    [Fact]
    public void A_network_is_checked_with_its_loss_and_left_as_it_was()
    {
        using var net = new NormalizedNet(device, seed: 3);
        net.TrainingSteps = 4;
        var before = net.Parameters.ToDictionary(p => p.Name, p => p.ToArray());
        var result = GradientCheck.Of(net, new CrossEntropyLoss(0.1), new() { Batch = 3 }).ThrowIfWrong();
        result.Comparisons.Should().Be(3 * (1 + net.Parameters.Count(p => p.Spec.IsTrainable)));
        result.ToString().Should().StartWith("right along ");
        foreach (var parameter in net.Parameters) parameter.ToArray().Should().Equal(before[parameter.Name], parameter.Name);
        net.TrainingSteps.Should().Be(4);
        net.Parameters.Should().OnlyContain(p => p.GradientToArray().All(g => g == 0));
        device.AllocatedBytes.Should().Be(net.Parameters.Bytes, "what the check took is given back");
    }

    [Fact]
    public void A_network_with_a_wrong_loss_is_found()
    {
        using var net = new TinyNin(device, seed: 3);
        GradientCheck.Of(net, new SquaredLoss(1)).ThrowIfWrong();
        GradientCheck.Of(net, new SquaredLoss(1.1)).IsRight.Should().BeFalse();
    }

    [Fact]
    public void A_wrong_gradient_in_the_middle_of_a_network_is_found()
    {
        using var net = new WronglyActivatedNet(device, seed: 3);
        var result = GradientCheck.Of(net);
        result.IsRight.Should().BeFalse();
        result.Variable.Should().BeOneOf("images", "Block1.0.weight", "Block1.0.bias", "Block1.2.weight", "Block1.2.bias", "Block1.4.weight", "Block1.4.bias");
    }

    [Fact]
    public void A_frozen_parameter_is_passed_over()
    {
        using var net = new FlatNet(device, seed: 3);
        int all = GradientCheck.Of(net, options: new() { Directions = 1 }).ThrowIfWrong().Comparisons;
        net.Parameters[0].RequiresGradient = false;
        GradientCheck.Of(net, options: new() { Directions = 1 }).ThrowIfWrong().Comparisons.Should().Be(all - 1);
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        foreach (var options in new GradientCheckOptions[] { new() { Batch = 0 }, new() { Directions = 0 }, new() { InputScale = 0 }, new() { InputScale = double.NaN } })
            FluentActions.Invoking(() => GradientCheck.Of(new Relu(), device, options)).Should().Throw<ArgumentOutOfRangeException>();
    }

    /// <summary><c>x^3</c>, whose gradient is a multiple of the right one.</summary>
    sealed class Cubed(Shape shape, float factor) : Step(shape, shape)
    {
        protected override void InferCore(in Pass pass, DeviceView x, DeviceView y)
        {
            Span<float> from = pass.Span(x), to = pass.Span(y);
            for (int i = 0; i < to.Length; i++) to[i] = from[i] * from[i] * from[i];
        }

        protected override void ForwardCore(in Pass pass, DeviceView x, DeviceView y, Saved saved) => InferCore(pass, x, y);

        protected override void BackwardCore(in Pass pass, in Operands o)
        {
            Span<float> x = pass.Span(o.X), dy = pass.Span(o.DY), dx = pass.Span(o.DX);
            for (int i = 0; i < dx.Length; i++) dx[i] = factor * 3 * x[i] * x[i] * dy[i];
        }
    }

    /// <summary><c>x * scale[c] + shift[c]</c>, where the gradient of one parameter may be 1.2 times too large.</summary>
    sealed class Affine(Shape shape, ParameterSet parameters, string? wrong) : Step(shape, shape)
    {
        public override IReadOnlyList<Parameter> Parameters { get; } = [.. parameters];

        protected override void InferCore(in Pass pass, DeviceView x, DeviceView y)
        {
            Span<float> from = pass.Span(x), to = pass.Span(y), scale = pass.Span(Parameters[0].Value), shift = pass.Span(Parameters[1].Value);
            for (int i = 0; i < to.Length; i++) to[i] = from[i] * scale[i % 4] + shift[i % 4];
        }

        protected override void ForwardCore(in Pass pass, DeviceView x, DeviceView y, Saved saved) => InferCore(pass, x, y);

        protected override void BackwardCore(in Pass pass, in Operands o)
        {
            Span<float> x = pass.Span(o.X), dy = pass.Span(o.DY), dx = pass.Span(o.DX), scale = pass.Span(Parameters[0].Value);
            foreach (var parameter in Parameters)
            {
                var gradient = pass.Span(parameter.Gradient);
                if (!parameter.BeginGradient()) gradient.Clear();
                float factor = parameter.Name == wrong ? 1.2f : 1;
                for (int i = 0; i < dy.Length; i++) gradient[i % 4] += factor * dy[i] * (parameter.Name == "scale" ? x[i] : 1);
            }

            for (int i = 0; i < dx.Length; i++) dx[i] = dy[i] * scale[i % 4];
        }
    }

    /// <summary>A product that sends each input the gradient of the other.</summary>
    sealed class Swapped(Shape shape) : MergeStep([shape, shape], shape, new AddStep(shape, 2).Memory)
    {
        protected override void ForwardCore(in Pass pass, ReadOnlySpan<DeviceView> inputs, DeviceView y)
        {
            Span<float> a = pass.Span(inputs[0]), b = pass.Span(inputs[1]), to = pass.Span(y);
            for (int i = 0; i < to.Length; i++) to[i] = 2 * a[i] + b[i];
        }

        protected override void BackwardCore(
            in Pass pass, int input, DeviceView dy, DeviceView dx, bool accumulate, ReadOnlySpan<DeviceView> inputs, DeviceView y)
        {
            Span<float> from = pass.Span(dy), to = pass.Span(dx);
            for (int i = 0; i < to.Length; i++) to[i] = from[i] * (input == 0 ? 1 : 2);
        }
    }

    /// <summary>NaN for negative inputs.</summary>
    readonly struct Logarithm : ISavesOutput
    {
        public static string Name => "Logarithm";

        public T Value<T>(T x)
            where T : struct, IReal<T> => T.Sqrt(x);

        public T Gradient<T>(T y, T dy)
            where T : struct, IReal<T> => dy;
    }

    /// <summary>Half the squared distance to the label's unit vector, whose gradient is a multiple of the right one.</summary>
    sealed class SquaredLoss(double factor) : Loss
    {
        public override double Example(ReadOnlySpan<float> logits, int label, Span<float> gradient)
        {
            double sum = 0;
            for (int c = 0; c < logits.Length; c++)
            {
                double off = logits[c] - (c == label ? 1 : 0);
                sum += off * off / 2;
                if (!gradient.IsEmpty) gradient[c] = (float)(factor * off);
            }

            return sum;
        }
    }
}

/// <summary>A square, whose gradient is three quarters of the right one.</summary>
public readonly struct WrongActivation : ISavesInput
{
    public static string Name => "WrongActivation";

    public T Value<T>(T x)
        where T : struct, IReal<T> => x * x;

    public T Gradient<T>(T x, T dy)
        where T : struct, IReal<T> => 1.5f * x * dy;
}

/// <summary>A network whose layers before the activation get a wrong gradient.</summary>
[Network(1, 14, 14, Classes = 5)]
[NinBlock(8, Kernel = 3, Padding = 1)]
[Activation<WrongActivation>]
[MaxPool2d(2)]
[NinBlock(8, 8, 5, Kernel = 3, Padding = 1, LastRelu = false)]
[GlobalAvgPool2d]
[Flatten]
public sealed partial class WronglyActivatedNet;
