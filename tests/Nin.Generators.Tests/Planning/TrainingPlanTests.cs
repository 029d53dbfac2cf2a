using FsCheck;
using FsCheck.Fluent;
using Nin.Generators.Layers;
using Nin.Generators.Planning;
using Nin.Shapes.Sizes;

namespace Nin.Generators.Tests.Planning;

/// <summary>A training step is run in memory that knows what is where, by the rules of the steps, not by the plan's lifetimes.</summary>
public class TrainingPlanTests
{
    [Fact]
    public void All_that_a_step_reads_stands_where_it_was_written() => CheckReads(300);

    [LongFact]
    [Trait("Category", "Long")]
    public void All_that_a_step_reads_stands_where_it_was_written_in_many_graphs() => CheckReads(20_000);

    static void CheckReads(int graphs) => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(graphs),
        Prop.ForAll(RandomGraph.Arbitrary, graph =>
        {
            TrainingPlan plan = new(graph);
            Run(graph, plan, inputGradient: false);
            Run(graph, plan, inputGradient: true);
        }));

    [Fact]
    public void The_inputs_gradient_is_written_first_and_added_to_then() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(100),
        Prop.ForAll(RandomGraph.Arbitrary, graph =>
        {
            TrainingPlan plan = new(graph);
            GradientWrite[] writes =
            [
                .. from step in Enumerable.Range(0, graph.Steps.Count).Reverse()
                   from input in Enumerable.Range(0, graph.Steps[step].Inputs.Count)
                   where graph.Steps[step].Inputs[input] == StepNode.NetworkInput
                   select plan.Write(step, input),
            ];
            writes.Should().NotBeEmpty().And.Equal(writes.Select((_, i) => i == 0 ? GradientWrite.Write : GradientWrite.Accumulate));
        }));

    [Fact]
    public void Inference_reads_what_it_wrote() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(200), Prop.ForAll(RandomGraph.Arbitrary, Infer));

    [Fact]
    public void Slots_are_aligned_and_the_plan_is_as_long_as_they_reach() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(100),
        Prop.ForAll(RandomGraph.Arbitrary, graph =>
        {
            TrainingPlan plan = new(graph);
            plan.Slots.Should().OnlyContain(s => s.Offset >= 0 && s.Offset % SlotSize.Floats == 0);
            plan.PerExample.Should().Be(plan.Slots.Max(s => s.End)).And.BeGreaterThanOrEqualTo(Packing.LowerBound(plan.Slots));
        }));

    static void Run(StepGraph graph, TrainingPlan plan, bool inputGradient)
    {
        SimulatedMemory memory = new();
        for (int i = 0; i < graph.Steps.Count; i++) Forward(graph, plan, memory, i);
        ReadValue(graph, plan.Values, memory, graph.Output);
        memory.Write(plan.Loss, "loss");
        memory.Write(plan.OutputGradient, $"d{graph.Output}");
        for (int i = graph.Output; i >= 0; i--)
        {
            if (inputGradient || graph.NeedsGradient(i)) Backward(graph, plan, memory, i, inputGradient);
        }

        ReadValue(graph, plan.Values, memory, graph.Output);
        memory.Read(plan.Loss, "loss");
    }

    static void Forward(StepGraph graph, TrainingPlan plan, SimulatedMemory memory, int i)
    {
        StepNode step = graph.Steps[i];
        if (step.ComputesInput) ComputeAgain(plan, memory, step.Input, plan.Values[step.Input]!);
        foreach (int input in step.Inputs.Where(step.KeepsInput)) ReadValue(graph, plan.Values, memory, input);
        // A value that its reader computes is not written here.
        if (!plan.Values.Aliases(i) && graph.ComputedBy(i) is null) memory.Write(plan.Values[i]!, $"v{i}");
        if (graph.Steps[i].Memory.SavedPerExample > 0) memory.Write(plan.Saved(i)!, $"s{i}");
    }

    static void Backward(StepGraph graph, TrainingPlan plan, SimulatedMemory memory, int i, bool inputGradient)
    {
        StepNode step = graph.Steps[i];
        if (step.ComputesInput) ComputeAgain(plan, memory, step.Input, plan.Again(step.Input)!);
        if (step.Memory.ReadsInput) ReadInputs(graph, plan, memory, i);
        bool isMasked = step.Memory.EndsInRelu && graph.Readers(i).Any(graph.Masks);
        if (isMasked) graph.Readers(i).Should().HaveCount(1, "another reader would add what is not masked");
        else if (step.Memory.ReadsOutput) ReadValue(graph, plan.Values, memory, i);
        if (step.Memory.SavedPerExample > 0) memory.Read(plan.Saved(i)!, $"s{i}");
        for (int input = 0; input < step.Inputs.Count; input++)
        {
            // The first input's gradient may take the place of the output's, where the convolution's is in what was saved.
            if (step.Role == StepRole.AddsFirst && input == 1) memory.Read(plan.Saved(i)!, $"s{i}");
            else memory.Read(plan.Gradient(i), $"d{i}");
            if (step.Memory.ReadsInput) ReadInputs(graph, plan, memory, i);
            int value = step.Inputs[input];
            if (value == StepNode.NetworkInput || !(inputGradient || graph.NeedsGradient(value))) continue;

            if (plan.Write(i, input) == GradientWrite.Accumulate) memory.Read(plan.Gradient(value), $"d{value}");
            bool shares = plan.Gradient(value) == plan.Gradient(i);
            if (plan.Write(i, input) == GradientWrite.Alias && !shares) plan.Gradient(value).Should().Be(plan.Gradient(i));
            if (shares && graph.NeedsGradient(value) != graph.NeedsGradient(i)) throw new InvalidOperationException("Either gradient may be none.");
            memory.Write(plan.Gradient(value), $"d{value}");
        }
    }

    static void ReadInputs(StepGraph graph, TrainingPlan plan, SimulatedMemory memory, int i)
    {
        StepNode step = graph.Steps[i];
        if (step.ComputesInput) memory.Read(plan.Again(step.Input)!, $"v{step.Input}");
        else foreach (int input in step.Inputs.Where(step.KeepsInput)) ReadValue(graph, plan.Values, memory, input);
    }

    static void ComputeAgain(TrainingPlan plan, SimulatedMemory memory, int value, Slot slot)
    {
        memory.Read(plan.Saved(value)!, $"s{value}");
        memory.Write(slot, $"v{value}");
    }

    static void Infer(StepGraph graph)
    {
        InferencePlan plan = new(graph);
        SimulatedMemory memory = new();
        for (int i = 0; i < graph.Steps.Count; i++)
        {
            StepNode step = graph.Steps[i];
        foreach (int input in step.Inputs.Where(step.KeepsInput)) ReadValue(graph, plan.Values, memory, input);
            if (!plan.Values.Aliases(i)) memory.Write(plan.Values[i]!, $"v{i}");
        }

        ReadValue(graph, plan.Values, memory, graph.Output);
    }

    /// <summary>A value that is only an alias of another is that other.</summary>
    static void ReadValue(StepGraph graph, ValueMemory values, SimulatedMemory memory, int value)
    {
        while (value >= 0 && values.Aliases(value)) value = graph.Steps[value].Inputs[0];
        if (value >= 0) memory.Read(values[value]!, $"v{value}");
    }
}
