using Nin.Data;
using Nin.TestKit;
using Nin.Training;

namespace Nin.Model.Tests.Networks;

/// <summary>What a machine cannot hold is said before it is tried, and what a long run holds does not grow.</summary>
[Collection(nameof(AloneCollection))]
public sealed class LimitTests
{
    [Fact]
    public void A_batch_that_does_not_fit_says_which_one_would()
    {
        using var device = new CpuDevice(2, memoryBytes: 32 << 20);
        using var net = new TinyNin(device);
        using var session = net.CreateSession(1);
        string message = session.Invoking(s => s.ReserveTraining(100_000)).Should().Throw<InsufficientMemoryException>().Which.Message;
        message.Should().MatchRegex(@"^Training of TinyNin with a batch of 100,000 takes [\d,]+ bytes .* a batch of [\d,]+ fits by itself;");
        int fits = int.Parse(System.Text.RegularExpressions.Regex.Match(message, @"a batch of ([\d,]+) fits").Groups[1].Value.Replace(",", ""));
        session.Invoking(s => s.ReserveTraining(fits + 1)).Should().Throw<InsufficientMemoryException>();
        session.Invoking(s => s.ReserveTraining(fits)).Should().NotThrow("the message promised it");
    }

    [Fact]
    public void A_session_for_too_large_a_batch_says_so_and_leaves_the_network_usable()
    {
        using var device = new CpuDevice(2, memoryBytes: 8 << 20);
        using var net = new TinyNin(device);
        net.Invoking(n => n.CreateSession(1_000_000)).Should().Throw<InsufficientMemoryException>().WithMessage("Inference of TinyNin*fits by itself*");
        using var images = net.CreateInput(1);
        net.Forward(images).ToArray().Should().HaveCount(10);
    }

    [Fact]
    public void Training_with_a_batch_that_does_not_fit_stops_before_its_first_step()
    {
        using var device = new CpuDevice(2, memoryBytes: 4 << 20);
        using var net = new TinyNin(device);
        var data = new TrainingData(SyntheticDataset.Create(2000, 1, 28, 28, seed: 1), SyntheticDataset.Create(10, 1, 28, 28, seed: 2));
        int steps = 0;
        net.Invoking(n => Trainer.Fit(n, data, new TrainerOptions { BatchSize = 2000, Epochs = 1 }, new Counter(() => steps++)))
            .Should().Throw<InsufficientMemoryException>().WithMessage("Training of TinyNin with a batch of 2,000*");
        steps.Should().Be(0);
    }

    [Fact]
    public void Ten_thousand_steps_leave_memory_where_it_was_after_a_hundred()
    {
        using var device = Device.Open("cpu", threads: 2);
        using var net = new ServedNet(device);
        using var adam = new Adam(net.Parameters);
        using var images = net.CreateInput(2);
        images.CopyFrom(RandomData.Normal(1, 2 * 64), Layout.Nchw);
        int[] labels = [1, 2];
        Steps(100);
        var before = State();
        Steps(9_900);
        var after = State();
        after.Device.Should().Be(before.Device);
        after.Handles.Should().BeLessThanOrEqualTo(before.Handles + 2, "a file or a thread more is the runtime's, a thousand are a leak");
        after.Heap.Should().BeLessThan(before.Heap + (1 << 18));

        void Steps(int count)
        {
            for (int i = 0; i < count; i++)
            {
                net.TrainStep(images, labels, adam);
                if (i % 10 == 0) net.Forward(images);
            }
        }

        (long Device, long Heap, int Handles) State()
        {
            long heap = GC.GetTotalMemory(forceFullCollection: true);
            using var process = System.Diagnostics.Process.GetCurrentProcess();
            return (device.AllocatedBytes, heap, process.HandleCount + process.Threads.Count);
        }
    }

    [Fact]
    public void Sessions_tapes_and_optimizers_come_and_go_without_a_trace()
    {
        using var device = Device.Open("cpu", threads: 2);
        using var net = new TinyNin(device);
        using var images = net.CreateInput(2);
        Round(10);
        long before = device.AllocatedBytes, heap = GC.GetTotalMemory(forceFullCollection: true);
        Round(300);
        device.AllocatedBytes.Should().Be(before);
        GC.GetTotalMemory(forceFullCollection: true).Should().BeLessThan(heap + (1 << 19));

        void Round(int count)
        {
            for (int i = 0; i < count; i++)
            {
                using var session = net.CreateSession(2);
                using var adam = new Adam(net.Parameters);
                using var tape = new Tape(device);
                session.Forward(images);
                Loss.CrossEntropy(session.ForwardTraining(tape.Input(images.Tensor)), [1, 2]).Backward();
                adam.Step();
            }
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Two_trainings_in_one_process_do_not_disturb_each_other(bool onOneDevice)
    {
        using var first = Device.Open("cpu", threads: 2);
        using var second = onOneDevice ? null : Device.Open("cpu", threads: 2);
        float[][] alone = [Train(first, seed: 1), Train(first, seed: 2)];
        var together = new float[2][];
        var threads = Enumerable.Range(0, 2)
            .Select(i => new Thread(() => together[i] = Train(i == 0 ? first : second ?? first, seed: 1 + i))).ToList();
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());
        together[0].Should().Equal(alone[0]);
        together[1].Should().Equal(alone[1]);
        alone[0].Should().NotEqual(alone[1]);
    }

    [LongFact]
    [Trait("Category", "Long")]
    public void Two_to_the_thirty_one_elements_and_more_in_a_tensor_give_the_answers_of_small_batches()
    {
        const int Batch = 530, Of = 64;
        const long Elements = (long)Batch * 64 * 256 * 256;
        Elements.Should().BeGreaterThan(int.MaxValue);
        using var device = Device.Open("cpu");
        device.AvailableBytes.Should().BeGreaterThan(Elements * 5, "the test takes 9 GB and some");
        using var net = new WideNet(device);
        using var images = net.CreateInput(Batch);
        images.CopyFrom(RandomData.Normal(1, Batch * 256 * 256), Layout.Nchw);
        float[] all = net.Forward(images).ToArray();
        using var few = net.CreateInput(1);
        using var session = net.CreateSession(1);
        float[] pixels = RandomData.Normal(1, Batch * 256 * 256);
        foreach (int example in (int[])[0, Of, Batch / 2, 511, 512, Batch - 1])
        {
            few.CopyFrom(pixels.AsSpan(example * 256 * 256, 256 * 256), Layout.Nchw);
            session.Forward(few).ToArray().Should().Equal(all[(example * 4)..(example * 4 + 4)], $"example {example}");
        }
    }

    static float[] Train(Device device, int seed)
    {
        using var net = new TinyNin(device, seed);
        using var sgd = new Sgd(net.Parameters, 0.05, momentum: 0.9);
        using var images = net.CreateInput(16);
        images.CopyFrom(RandomData.Normal(seed, 16 * 28 * 28), Layout.Nchw);
        int[] labels = RandomData.Labels(seed, 16, 10);
        for (int i = 0; i < 60; i++) net.TrainStep(images, labels, sgd);
        return [.. net.Parameters.SelectMany(p => p.ToArray())];
    }

    sealed class Counter(Action count) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => count();
    }
}

/// <summary>A tensor of 64 x 256 x 256 an example in the middle.</summary>
[Network(1, 256, 256, Classes = 4)]
[Pointwise(64)]
[Relu]
[MaxPool2d(8)]
[GlobalAvgPool2d]
[Flatten]
[Linear(4)]
public sealed partial class WideNet;
