using Nin.Kernels.Tests.Autograd;
using Nin.TestKit;

namespace Nin.Kernels.Tests.Activations;

/// <summary>An activation as a step: on the tape, and in the memory that the plan gives it.</summary>
public sealed class ActivationStepTests
{
    const int Batch = 2;

    static readonly Shape Image = new(3, 5, 7);

    public static TheoryData<string, string> Cases
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (string device in new[] { "cpu", "emulator" })
            {
                foreach (string name in ActivationCases.All.Keys) data.Add(device, name);
            }

            return data;
        }
    }

    static int Length => (int)(Batch * Image.Length);

    [Theory, MemberData(nameof(Cases))]
    public void The_tape_takes_its_gradient(string device, string name)
    {
        ActivationCase activation = ActivationCases.All[name];
        using var run = new TapeRun(device);
        float[] x = RandomData.Uniform(1, Length, -4, 4), dy = RandomData.Normal(2, Length);
        Traced input = run.Input(x, Batch, Image, needsGradient: true);
        Traced output = run.Tape.Apply(activation.Step(Image), input);
        run.Backward(output, dy);

        float[] y = output.Value.ToArray(Layout.Nchw);
        Comparison.Agree(y, activation.Reference.Forward(x.Widen()), "y");
        Comparison.Agree(
            input.Gradient.ToArray(Layout.Nchw), activation.Reference.Backward((activation.SavesOutput ? y : x).Widen(), dy.Widen()), "dx");
    }

    [Theory, MemberData(nameof(Cases))]
    public void What_the_gradient_does_not_read_may_be_lost(string device, string name)
    {
        ActivationCase activation = ActivationCases.All[name];
        using var run = new TapeRun(device);
        Step step = activation.Step(Image);
        step.Memory.ReadsOutput.Should().Be(activation.SavesOutput);
        step.Memory.ReadsInput.Should().Be(!activation.SavesOutput);
        Pass pass = run.Tape.Pass(Batch);
        float[] values = RandomData.Uniform(1, Length, -4, 4), gradient = RandomData.Normal(2, Length);
        DeviceView x = Filled(values), y = Filled(values), over = Filled(values), dy = Filled(gradient), dx = Filled(gradient), inPlace = Filled(gradient);
        step.Forward(pass, x, y);
        step.Forward(pass, over, over);
        step.Backward(pass, dy, dx, x, y);
        step.Backward(pass, inPlace, inPlace, activation.SavesOutput ? default : x, activation.SavesOutput ? over : default);
        over.ToArray().Should().Equal(y.ToArray());
        inPlace.ToArray().Should().Equal(dx.ToArray());

        DeviceView Filled(float[] data)
        {
            DeviceView view = run.Tape.Allocate(data.Length);
            view.CopyFrom(data);
            return view;
        }
    }

    [Theory, InlineData("cpu"), InlineData("emulator")]
    public void The_mask_of_a_ReLU_drops_an_infinite_gradient(string device)
    {
        using var run = new TapeRun(device);
        Traced input = run.Input([-1, 0, 1], 1, Shape.Flat(3), needsGradient: true);
        run.Backward(run.Tape.Apply(new ActivationStep<Relu>(Shape.Flat(3)), input), [float.PositiveInfinity, float.NaN, 5]);
        input.Gradient.ToArray().Should().Equal(0, 0, 5);
    }

    [Theory, InlineData(-0.1f), InlineData(float.PositiveInfinity), InlineData(float.NaN)]
    public void A_slope_that_hides_an_inputs_sign_is_refused(float slope) =>
        FluentActions.Invoking(() => new LeakyRelu(slope)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName(nameof(slope));
}
