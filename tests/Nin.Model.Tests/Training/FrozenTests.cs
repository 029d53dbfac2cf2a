using Nin.TestKit;
using Nin.Training;

namespace Nin.Model.Tests.Training;

/// <summary>A frozen parameter is not touched by any optimiser, and the others move as if nothing were frozen.</summary>
public sealed class FrozenTests : IDisposable
{
    static readonly string[] Names = ["a", "b", "c", "d"];

    readonly Device device = Device.Open("cpu", threads: 1);

    public static TheoryData<string> Optimizers => ["sgd", "momentum", "nesterov", "adam", "adamw"];

    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (string optimizer in Optimizers)
            {
                foreach (string frozen in new[] { "a", "b", "bc", "d", "ac", "abcd" }) cases.Add(optimizer, frozen);
            }

            return cases;
        }
    }

    public void Dispose() => device.Dispose();

    [Theory, MemberData(nameof(Cases))]
    public void Five_steps_with_weight_decay_leave_what_is_frozen_and_move_the_rest(string kind, string frozen)
    {
        using var free = Parameters();
        using var held = Parameters();
        foreach (var parameter in held) parameter.RequiresGradient = !frozen.Contains(parameter.Name, StringComparison.Ordinal);
        using Optimizer freeOptimizer = Create(kind, free), heldOptimizer = Create(kind, held);
        float[][] before = [.. held.Select(p => p.ToArray())];
        for (int step = 0; step < 5; step++)
        {
            Step(free, freeOptimizer, step);
            Step(held, heldOptimizer, step);
        }

        for (int i = 0; i < held.Count; i++)
        {
            bool stays = !held[i].RequiresGradient;
            held[i].ToArray().Should().Equal(stays ? before[i] : free[i].ToArray(), held[i].Name);
            foreach (var (name, state) in heldOptimizer.State)
            {
                float[] part = state.Slice(held[i].Value.Offset, held[i].Length).ToArray();
                if (stays) part.Should().OnlyContain(v => v == 0, name);
            }
        }
    }

    [Theory, MemberData(nameof(Optimizers))]
    public void A_parameter_that_is_let_go_later_learns_from_then_on(string kind)
    {
        using var set = Parameters();
        using var optimizer = Create(kind, set);
        set["b"].RequiresGradient = false;
        float[] before = set["b"].ToArray();
        Step(set, optimizer, 0);
        set["b"].ToArray().Should().Equal(before);
        set["b"].RequiresGradient = true;
        Step(set, optimizer, 1);
        set["b"].ToArray().Should().NotEqual(before).And.OnlyContain(v => float.IsFinite(v));
    }

    [Theory, MemberData(nameof(Optimizers))]
    public void A_step_allocates_nothing_with_and_without_frozen_parameters(string kind)
    {
        using var set = Parameters();
        using var optimizer = Create(kind, set);
        Allocations.OnThread(10, optimizer.Step).Should().Be(0);
        set["b"].RequiresGradient = false;
        Allocations.OnThread(10, optimizer.Step).Should().Be(0);
    }

    ParameterSet Parameters()
    {
        var set = new ParameterSet(device, [.. Names.Select((name, i) => new ParameterSpec(name, ParameterRole.Bias, 5 + 67 * i))]);
        for (int i = 0; i < set.Count; i++) set[i].CopyFrom(RandomData.Normal(i, (int)set[i].Length));
        return set;
    }

    static void Step(ParameterSet set, Optimizer optimizer, int step)
    {
        for (int i = 0; i < set.Count; i++)
        {
            if (!set[i].RequiresGradient) continue;
            set[i].BeginGradient();
            set[i].Gradient.CopyFrom(RandomData.Normal(100 + 10 * step + i, (int)set[i].Length));
        }

        optimizer.Step();
    }

    static Optimizer Create(string kind, ParameterSet set) => kind switch
    {
        "sgd" => new Sgd(set, 0.1, weightDecay: 0.1),
        "momentum" => new Sgd(set, 0.1, momentum: 0.9, weightDecay: 0.1),
        "nesterov" => new Sgd(set, 0.1, momentum: 0.9, weightDecay: 0.1, nesterov: true),
        "adam" => new Adam(set, 0.1, weightDecay: 0.1),
        _ => new Adam(set, 0.1, weightDecay: 0.1, decoupled: true),
    };
}
