using Nin.Checkpoints;
using Nin.Model.Tests.Data;
using Nin.Model.Tests.Networks;
using Nin.TestKit;
using Nin.Training;

namespace Nin.Model.Tests.Training;

/// <summary>Clipping, groups and averaged weights, whatever the optimiser.</summary>
public sealed class OptimizerOptionsTests : IDisposable
{
    static readonly ParameterSpec[] Specs =
    [
        new("A.weight", ParameterRole.Weight, 9, 7), new("A.bias", ParameterRole.Bias, 9), new("B.weight", ParameterRole.Scale, 5),
        new("B.bias", ParameterRole.Shift, 5), new("B.running_mean", ParameterRole.RunningMean, 5), new("C.weight", ParameterRole.Weight, 200, 100),
    ];

    readonly Device device = Device.Open("cpu", threads: 1);

    public void Dispose() => device.Dispose();

    [Theory, InlineData("cpu", 1), InlineData("cpu", 4), InlineData("emulator", 1)]
    public void The_norm_of_all_gradients_is_limited_and_frozen_ones_do_not_count(string id, int threads)
    {
        using var on = Device.Open(id, threads);
        using var set = Parameters(on);
        set["B.weight"].RequiresGradient = false;
        using var sgd = new Sgd(set, 1) { MaxGradientNorm = 2 };
        var before = Values(set);
        var gradients = Gradients(set, seed: 1);
        sgd.Step();
        double norm = Math.Sqrt(gradients.Where(g => g.Key != "B.weight").Sum(g => g.Value.Sum(v => (double)v * v)));
        foreach (var (name, g) in gradients)
        {
            float[] now = set[name].ToArray();
            for (int i = 0; i < now.Length; i++)
                ((double)now[i]).Should().BeApproximately(before[name][i] - (name == "B.weight" ? 0 : g[i] * 2 / norm), 1e-5, name);
        }
    }

    [Fact]
    public void Clipping_gives_the_same_bits_for_any_number_of_threads()
    {
        float[] After(int threads)
        {
            using var on = Device.Open("cpu", threads);
            using var set = Parameters(on);
            using var sgd = new Sgd(set, 1, momentum: 0.9) { MaxGradientNorm = 2, MaxGradientValue = 0.01, AverageDecay = 0.9 };
            for (int step = 0; step < 3; step++)
            {
                Gradients(set, step);
                sgd.Step();
            }

            return [.. set.SelectMany(p => p.ToArray()), .. sgd.State.SelectMany(s => s.Value.ToArray())];
        }

        After(4).Should().Equal(After(1));
        After(2).Should().Equal(After(1));
    }

    [Fact]
    public void Values_are_limited_one_by_one()
    {
        using var set = Parameters(device);
        using var sgd = new Sgd(set, 1) { MaxGradientValue = 0.5 };
        var before = Values(set);
        var gradients = Gradients(set, seed: 1);
        sgd.Step();
        set["A.weight"].ToArray().Should().Equal(before["A.weight"].Zip(gradients["A.weight"], (v, g) => v - Math.Clamp(g, -0.5f, 0.5f)));
    }

    [Fact]
    public void Decay_of_weights_alone_leaves_biases_and_normalisations()
    {
        using var set = Parameters(device);
        using var sgd = new Sgd(set, 0.1, weightDecay: 0.5) { DecaysOnlyWeights = true };
        var before = Values(set);
        sgd.Step();
        foreach (string name in (string[])["A.bias", "B.weight", "B.bias"]) set[name].ToArray().Should().Equal(before[name], name);
        foreach (string name in (string[])["A.weight", "C.weight"])
            set[name].ToArray().Zip(before[name], (now, was) => Math.Abs(now - 0.95f * was)).Max().Should().BeLessThan(1e-6f, name);
    }

    [Theory, InlineData("sgd"), InlineData("adam")]
    public void A_group_has_a_rate_of_its_own(string kind)
    {
        using var set = Parameters(device);
        using var one = Parameters(device);
        using Optimizer grouped = Make(kind, set, 0.1), tenth = Make(kind, one, 0.01);
        grouped.SetFactors("A", rateFactor: 0.1);
        Gradients(set, 1);
        Gradients(one, 1);
        grouped.Step();
        tenth.Step();
        set["A.weight"].ToArray().Should().Equal(one["A.weight"].ToArray());
        set["C.weight"].ToArray().Should().NotEqual(one["C.weight"].ToArray());
        grouped.Invoking(o => o.SetFactors("D", 2)).Should().Throw<ArgumentException>().WithMessage("No trainable parameter*");
        grouped.Settings.Should().Contain("A.weight x0.1 decay x1");
    }

    [Fact]
    public void Averaged_weights_follow_slowly_and_are_lent()
    {
        using var set = Parameters(device);
        using var sgd = new Sgd(set, 0.1) { AverageDecay = 0.5 };
        double[] want = [.. set["A.bias"].ToArray().Select(v => (double)v)];
        for (int step = 1; step <= 5; step++)
        {
            Gradients(set, step);
            sgd.Step();
            double decay = Math.Min(0.5, (1.0 + step) / (10 + step));
            want = [.. want.Zip(set["A.bias"].ToArray(), (a, v) => decay * a + (1 - decay) * v)];
        }

        float[] trained = set["A.bias"].ToArray();
        using (sgd.UseAverage())
        {
            set["A.bias"].ToArray().Zip(want, (a, w) => Math.Abs(a - w)).Max().Should().BeLessThan(1e-6);
            sgd.Invoking(s => s.UseAverage()).Should().Throw<InvalidOperationException>();
        }

        set["A.bias"].ToArray().Should().Equal(trained);
    }

    [Fact]
    public void A_step_with_everything_on_allocates_nothing()
    {
        using var set = Parameters(device);
        using var adam = new Adam(set, 0.1, weightDecay: 0.1) { MaxGradientNorm = 1, MaxGradientValue = 1, AverageDecay = 0.9, DecaysOnlyWeights = true };
        adam.Step();
        Allocations.OnThread(10, adam.Step).Should().Be(0);
    }

    [Fact]
    public void A_checkpoint_keeps_the_average()
    {
        using var folder = new TemporaryFolder();
        using var net = new TinyNin(device, seed: 1);
        using var first = new Sgd(net.Parameters, 0.1) { AverageDecay = 0.9 };
        foreach (var p in net.Parameters.Where(p => p.Spec.IsTrainable)) p.SetGradient(RandomData.Normal(1, (int)p.Length));
        first.Step();
        TrainingCheckpoint.Save(folder["c"], net, first, new TrainingState(0, 0));
        using var other = new TinyNin(device, seed: 1);
        using var second = new Sgd(other.Parameters, 0.1) { AverageDecay = 0.9 };
        TrainingCheckpoint.Load(folder["c"], other, second);
        second.State.Single(s => s.Name == "average").Value.ToArray().Should().Equal(first.State.Single(s => s.Name == "average").Value.ToArray());
        using var without = new Sgd(other.Parameters, 0.1);
        FluentActions.Invoking(() => TrainingCheckpoint.Load(folder["c"], other, without)).Should().Throw<InvalidDataException>().WithMessage("*same settings*");
    }

    [Fact]
    public void A_frozen_layer_keeps_its_weights_until_it_is_let_go()
    {
        using var net = new TinyNin(device, seed: 1);
        net.Freeze("Block1");
        net.Parameters.Where(p => p.Spec.IsTrainable && !p.RequiresGradient).Should().OnlyContain(p => p.Name.StartsWith("Block1."));
        net.Unfreeze("Block1");
        net.Parameters.Should().OnlyContain(p => p.RequiresGradient);
        net.Invoking(n => n.Freeze("Blok1")).Should().Throw<ArgumentException>().WithMessage("*no trained layer or parameter 'Blok1'; its layers*Block1*");
    }

    [Fact]
    public void Limits_out_of_range_are_refused()
    {
        using var set = Parameters(device);
        FluentActions.Invoking(() => new Sgd(set, 1) { MaxGradientNorm = 0 }).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new Sgd(set, 1) { MaxGradientValue = double.NaN }).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new Sgd(set, 1) { AverageDecay = 1 }).Should().Throw<ArgumentOutOfRangeException>();
    }

    static Optimizer Make(string kind, ParameterSet set, double rate) => kind == "sgd" ? new Sgd(set, rate, momentum: 0.9) : new Adam(set, rate);

    static ParameterSet Parameters(Device on)
    {
        var set = new ParameterSet(on, Specs);
        for (int i = 0; i < set.Count; i++) set[i].CopyFrom(RandomData.Normal(i, (int)set[i].Length));
        return set;
    }

    static Dictionary<string, float[]> Values(ParameterSet set) => set.ToDictionary(p => p.Name, p => p.ToArray());

    static Dictionary<string, float[]> Gradients(ParameterSet set, int seed)
    {
        var all = set.Where(p => p.Spec.IsTrainable).ToDictionary(p => p.Name, p => RandomData.Normal(seed + 50, (int)p.Length));
        foreach (var (name, values) in all)
        {
            if (set[name].RequiresGradient) set[name].SetGradient(values);
        }

        return all;
    }
}
