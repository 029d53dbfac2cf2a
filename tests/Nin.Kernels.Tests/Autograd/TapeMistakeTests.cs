namespace Nin.Kernels.Tests.Autograd;

public sealed class TapeMistakeTests
{
    static readonly Shape Image = new(3, 2, 2);

    [Fact]
    public void A_value_of_a_tape_that_was_reset_says_so()
    {
        using var run = new TapeRun();
        Traced input = run.Input(TapeRun.Integers(1, 24), 2, Image, needsGradient: true);
        Traced y = run.Tape.Apply(new ActivationStep<Relu>(Image), input);
        run.Backward(y, TapeRun.Integers(2, 24));
        Tensor value = y.Value, gradient = input.Gradient;
        run.Tape.Reset();
        Stale(() => value.ToArray(Layout.Nchw));
        Stale(() => gradient.ToArray(Layout.Nchw));
        Stale(() => run.Tape.Apply(new ActivationStep<Relu>(Image), y));
        Stale(() => run.Tape.Apply(new ActivationStep<Relu>(Image), input));
        Stale(() => _ = input.Gradient);
    }

    [Fact]
    public void A_loss_of_a_tape_that_was_reset_says_so()
    {
        using var run = new TapeRun();
        TracedLoss loss = Loss.CrossEntropy(run.Input(TapeRun.Integers(1, 24), 2, Shape.Flat(12), needsGradient: true), [1, 2]);
        run.Tape.Reset();
        Stale(() => loss.Backward());
        Stale(() => _ = loss.Value);
    }

    [Fact]
    public void Two_tapes_do_not_mix()
    {
        using var run = new TapeRun();
        using var other = new Tape(run.Device);
        Traced here = run.Input(TapeRun.Integers(1, 24), 2, Image);
        FluentActions.Invoking(() => other.Apply(new ActivationStep<Relu>(Image), here)).Should().Throw<ArgumentException>().WithMessage("*another tape*");
        FluentActions.Invoking(() => other.Apply(new AddStep(Image, 2), here, here)).Should().Throw<ArgumentException>().WithMessage("*another tape*");
    }

    [Fact]
    public void Two_devices_do_not_mix()
    {
        using var run = new TapeRun();
        using Device emulator = Device.Open("emulator");
        using var tensor = new TensorBuffer(emulator, 1, Image);
        FluentActions.Invoking(() => run.Tape.Input(tensor.Tensor)).Should().Throw<ArgumentException>().WithMessage("*emulator*cpu*");
    }

    [Fact]
    public void A_step_takes_its_own_shape_only()
    {
        using var run = new TapeRun();
        Traced input = run.Input(TapeRun.Integers(1, 24), 2, Image);
        FluentActions.Invoking(() => run.Tape.Apply(new ActivationStep<Relu>(new Shape(3, 4, 1)), input)).Should().Throw<ArgumentException>()
            .WithMessage("*3x4x1*3x2x2*");
    }

    [Fact]
    public void Branches_that_meet_have_the_steps_number_shapes_and_one_batch()
    {
        using var run = new TapeRun();
        Traced image = run.Input(TapeRun.Integers(1, 24), 2, Image), tall = run.Input(TapeRun.Integers(1, 24), 2, new Shape(3, 4, 1));
        Traced single = run.Input(TapeRun.Integers(1, 12), 1, Image);
        Refused(() => run.Tape.Apply(new AddStep(Image, 2), image, tall), "*3x2x2*3x4x1*");
        Refused(() => run.Tape.Apply(new AddStep(Image, 2), single, image), "*1*2*");
        Refused(() => run.Tape.Apply(new ConcatStep([Image, Image]), image, single), "*2*1*");
        Refused(() => run.Tape.Apply(new AddStep(Image, 2), image), "*2*1*");
    }

    [Fact]
    public void Labels_are_one_an_example_and_classes_of_the_network()
    {
        using var run = new TapeRun();
        Traced logits = run.Input(TapeRun.Integers(1, 24), 2, Shape.Flat(12), needsGradient: true);
        Refused(() => Loss.CrossEntropy(logits, [1, 12]), "*Label 1 is 12*0 to 11*");
        Refused(() => Loss.CrossEntropy(logits, [-1, 0]), "*Label 0 is -1*0 to 11*");
        Refused(() => Loss.CrossEntropy(logits, [1]), "*2 labels*1*");
        Refused(() => Loss.CrossEntropy(run.Input(TapeRun.Integers(1, 24), 2, Image), [1, 2]), "*3x2x2*");
    }

    [Fact]
    public void Only_an_input_that_asked_for_it_shows_its_gradient()
    {
        using var run = new TapeRun();
        Traced input = run.Input(TapeRun.Integers(1, 24), 2, Image, needsGradient: true);
        Traced middle = run.Tape.Apply(new ActivationStep<Relu>(Image), input), last = run.Tape.Apply(new ActivationStep<Relu>(Image), middle);
        FluentActions.Invoking(() => input.Gradient).Should().Throw<InvalidOperationException>("there was no backward pass");
        run.Backward(last, TapeRun.Integers(2, 24));
        input.Gradient.Batch.Should().Be(2);
        FluentActions.Invoking(() => middle.Gradient).Should().Throw<InvalidOperationException>("steps overwrite the gradients between them");
    }

    [Fact]
    public void A_recording_goes_back_once()
    {
        using var run = new TapeRun();
        Traced input = run.Input(TapeRun.Integers(1, 24), 2, Shape.Flat(12), needsGradient: true);
        TracedLoss loss = Loss.CrossEntropy(run.Tape.Apply(new ActivationStep<Relu>(Shape.Flat(12)), input), [1, 2]);
        loss.Backward();
        FluentActions.Invoking(loss.Backward).Should().Throw<InvalidOperationException>().WithMessage("*once*record*");
    }

    static void Refused(Action action, string message) => action.Should().Throw<ArgumentException>().WithMessage(message);

    static void Stale(Action action) => action.Should().Throw<InvalidOperationException>().WithMessage("*tape was reset*");
}
