using ILGPU;
using Nin.Data;
using Nin.Model.Tests.Networks;
using Nin.TestKit;
using Nin.Training;

namespace Nin.Samples.Tests;

/// <summary>An optimiser, a schedule and a loss that a user wrote.</summary>
[Collection(nameof(SharedDevices))]
public sealed class TrainingTests(DeviceSet devices)
{
    static readonly TrainingData Data = new(SyntheticDataset.Create(60, 1, 8, 8, seed: 1), SyntheticDataset.Create(20, 1, 8, 8, seed: 2));

    public static TheoryData<string> Present => Devices.Present;

    [Theory, MemberData(nameof(Present))]
    public void An_optimiser_of_ones_own_moves_by_the_signs_and_leaves_what_is_frozen(string id)
    {
        var device = devices.Open(id);
        using var net = new SmallNet(device, seed: 1);
        using var images = net.CreateInput(4);
        images.CopyFrom(RandomData.Normal(1, 4 * 64), Layout.Nchw);
        int[] labels = [0, 1, 2, 3];
        var frozen = net.Parameters["Conv1.bias"];
        frozen.RequiresGradient = false;
        Loss.CrossEntropy(net.ForwardTraining(images.Tensor), labels).Backward();
        float[][] before = [.. net.Parameters.Select(p => p.ToArray())], gradients = [.. net.Parameters.Select(p => p.GradientToArray())];
        using var optimizer = new SignSgd(net.Parameters, 0.25);
        optimizer.Step();
        for (int i = 0; i < net.Parameters.Count; i++)
        {
            float[] want = net.Parameters[i] == frozen ? before[i] : [.. before[i].Zip(gradients[i], (p, g) => p - 0.25f * Math.Sign(g))];
            net.Parameters[i].ToArray().Should().Equal(want, net.Parameters[i].Name);
        }

        var state = optimizer.State.Single().Value;
        foreach (var parameter in net.Parameters)
        {
            state.Slice(parameter.Value.Offset, parameter.Length).ToArray().Should().OnlyContain(
                updates => updates == (parameter == frozen ? 0 : 1), parameter.Name);
        }
    }

    [Fact]
    public void Trainer_takes_a_schedule_a_loss_and_an_optimiser_of_ones_own_and_resumes_them()
    {
        string folder = Directory.CreateTempSubdirectory("nin-own-").FullName;
        try
        {
            using var device = Device.Open("cpu", threads: 2);
            var rates = new List<double>();
            TrainerOptions Options(int epochs, string? checkpoint, bool resume = false) => new()
            {
                Epochs = epochs, BatchSize = 20, Schedule = new Warmup(3), Loss = new BrierLoss(), Optimizer = p => new SignSgd(p, 0.01),
                CheckpointFolder = checkpoint, Resume = resume, ChangeEpochs = resume,
            };
            using var whole = new SmallNet(device, seed: 1);
            var epochs = Trainer.Fit(whole, Data, Options(2, folder), new Progress(p => rates.Add(p.LearningRate)));
            rates.Take(3).Should().Equal(0.01 * (1 / 3.0), 0.01 * (2 / 3.0), 0.01);
            epochs[1].Loss.Should().BeLessThan(epochs[0].Loss);
            new Warmup(3).ToString().Should().Be("Warmup { Steps = 3 }");

            using var resumed = new SmallNet(device, seed: 1);
            using var straight = new SmallNet(device, seed: 1);
            Trainer.Fit(resumed, Data, Options(3, folder, resume: true));
            Trainer.Fit(straight, Data, Options(3, checkpoint: null));
            resumed.Parameters.SelectMany(p => p.ToArray()).Should().Equal(straight.Parameters.SelectMany(p => p.ToArray()));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void The_rate_is_the_optimisers_unless_the_trainer_is_told_another()
    {
        using var device = Device.Open("cpu", threads: 1);
        double Rate(double? told)
        {
            using var net = new SmallNet(device, seed: 1);
            double rate = 0;
            Trainer.Fit(
                net, Data, new() { Epochs = 1, LearningRate = told, Optimizer = p => new Sgd(p, 0.0125) }, new Progress(p => rate = p.LearningRate));
            return rate;
        }

        Rate(null).Should().Be(0.0125);
        Rate(0.025).Should().Be(0.025);
    }

    [Theory, MemberData(nameof(Present))]
    public void A_loss_of_ones_own_trains_on_every_device(string id)
    {
        var device = devices.Open(id);
        using var net = new SmallNet(device, seed: 1);
        using var images = net.CreateInput(4);
        images.CopyFrom(RandomData.Normal(1, 4 * 64), Layout.Nchw);
        int[] labels = [0, 1, 2, 3];
        using var sgd = new Sgd(net.Parameters, 0.05);
        var loss = new BrierLoss();
        float[] logits = net.Forward(images.Tensor).ToArray();
        double want = Enumerable.Range(0, 4).Average(i => loss.Example(logits.AsSpan(10 * i, 10), labels[i], default));
        float first = net.TrainStep(images.Tensor, labels, sgd, loss), last = 0;
        first.Should().BeApproximately((float)want, 1e-5f);
        for (int step = 0; step < 20; step++) last = net.TrainStep(images.Tensor, labels, sgd, loss);
        last.Should().BeLessThan(0.8f * first);
    }

    [Theory, InlineData(0), InlineData(0.1), InlineData(1)]
    public void Gradients_of_losses_are_those_of_their_values(double smoothing)
    {
        foreach (Loss loss in (Loss[])[new CrossEntropyLoss(smoothing), new BrierLoss()])
        {
            float[] z = RandomData.Normal(1, 7), gradient = new float[7];
            loss.Example(z, 3, gradient);
            for (int c = 0; c < 7; c++)
            {
                float[] up = [.. z], down = [.. z];
                up[c] += 1e-2f;
                down[c] -= 1e-2f;
                double numeric = (loss.Example(up, 3, default) - loss.Example(down, 3, default)) / ((double)up[c] - down[c]);
                gradient[c].Should().BeApproximately((float)numeric, 1e-4f);
            }
        }
    }

    [Theory, MemberData(nameof(Present))]
    public void Label_smoothing_is_the_same_on_every_device(string id)
    {
        var device = devices.Open(id);
        var loss = new CrossEntropyLoss(0.1);
        float[] z = RandomData.Normal(1, 5 * 11);
        int[] labels = [0, 10, 3, 3, 7];
        using var input = new TensorBuffer(device, 5, Shape.Flat(11));
        using var tape = new Tape(device);
        var traced = tape.Input(input, z, needsGradient: true);
        var traceable = loss.Of(traced, labels);
        var gradient = new float[55];
        double want = Enumerable.Range(0, 5).Average(i => loss.Example(z.AsSpan(11 * i, 11), labels[i], gradient.AsSpan(11 * i, 11)));
        traceable.Value.Should().BeApproximately((float)want, 1e-5f);
        traceable.Backward();
        float[] got = traced.Gradient.ToArray();
        for (int i = 0; i < got.Length; i++) got[i].Should().BeApproximately(gradient[i] / 5, 1e-6f);
    }

    /// <summary><c>p -= rate sign(g)</c>, and counts the updates of each element.</summary>
    sealed class SignSgd : Optimizer
    {
        readonly DeviceView count;

        public SignSgd(ParameterSet parameters, double learningRate)
            : base(parameters, learningRate) => count = AddState("count");

        protected override bool IsPerParameter => true;

        protected override void Update(in Pass pass, in ParameterRange range) => pass.Launch(
            Kernel, pass.Over(range.Values.Length), (float)LearningRate, pass.Array(range.Values), pass.Array(range.Gradients), pass.Array(range.Of(count)));

        static void Kernel(float rate, ArrayView<float> p, ArrayView<float> g, ArrayView<float> count)
        {
            for (long i = KernelThread.Index; i < p.Length; i += KernelThread.Stride)
            {
                p[i] -= g[i] > 0 ? rate : g[i] < 0 ? -rate : 0f;
                count[i] += 1;
            }
        }
    }

    /// <summary>Straight up over the first steps, then the peak.</summary>
    sealed record Warmup(int Steps) : LearningRateSchedule
    {
        protected override double Share(long step, long totalSteps) => Math.Min(1, (step + 1) / (double)Steps);
    }

    /// <summary>The squared distance of the logits from the one-hot label.</summary>
    sealed class BrierLoss : Loss
    {
        public override double Example(ReadOnlySpan<float> logits, int label, Span<float> gradient)
        {
            double sum = 0;
            for (int c = 0; c < logits.Length; c++)
            {
                double distance = logits[c] - (c == label ? 1 : 0);
                sum += distance * distance;
                if (!gradient.IsEmpty) gradient[c] = (float)(2 * distance);
            }

            return sum;
        }
    }

    sealed class Progress(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Completed is null) report(value);
        }
    }
}
