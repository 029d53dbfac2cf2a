using Nin.Dimensions;
using Nin.Layers;

namespace Nin.Model.Tests.Networks;

/// <summary>A user's own layer runs the step that its type names, for the memory plan is made of that.</summary>
public sealed class StepLayerTests
{
    [Fact]
    public void A_step_with_another_memory_than_its_layers_type_says_is_refused()
    {
        using var device = Device.Open("cpu", threads: 1);
        FluentActions.Invoking(() => new Over(device, new KeepsInput(Features<D6>.Shape))).Should().Throw<ArgumentException>()
            .WithMessage("*layer 'over'*KeepsInput*[StepMemory]*OverwritesInput*");
    }

    [Fact]
    public void A_step_derived_from_its_layers_type_with_the_same_memory_is_taken()
    {
        using var device = Device.Open("cpu", threads: 1);
        new Over(device, new Renamed(Features<D6>.Shape)).Step.Should().BeOfType<Renamed>();
    }

    sealed class Over(Device device, OverwritesInput step) : StepLayer<Features<D6>, Features<D6>, OverwritesInput>(device, "over", step);

    [StepMemory(ReadsOutput = false, ReadsInput = false, CanOverwrite = true)]
    class OverwritesInput(Shape shape) : Step(shape, shape)
    {
        protected override void InferCore(in Pass pass, DeviceView x, DeviceView y)
        {
        }

        protected override void ForwardCore(in Pass pass, DeviceView x, DeviceView y, Saved saved)
        {
        }

        protected override void BackwardCore(in Pass pass, in Operands o)
        {
        }
    }

    [StepMemory(ReadsOutput = false, ReadsInput = false)]
    sealed class KeepsInput(Shape shape) : OverwritesInput(shape);

    sealed class Renamed(Shape shape) : OverwritesInput(shape);
}
