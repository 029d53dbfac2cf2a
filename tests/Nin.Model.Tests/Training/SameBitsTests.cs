using Nin.Checkpoints;
using Nin.Data;
using Nin.Dimensions;
using Nin.Model.Tests.Data;
using Nin.Model.Tests.Networks;
using Nin.Training;

namespace Nin.Model.Tests.Training;

/// <summary>
/// How a run is carried out does not change its bits: threads, batches made ahead, the plan's whole step or the tape's three calls, in one go or resumed. All
/// combinations, for what holds of each alone may fail of two together.
/// </summary>
public sealed class SameBitsTests : IDisposable
{
    const int Epochs = 3;

    static readonly TrainingData Data = new(SyntheticDataset.Create(43, 1, 28, 28, seed: 1), SyntheticDataset.Create(9, 1, 28, 28, seed: 2))
    {
        Normalization = new Normalization([0.4f], [0.3f]),
        Augmentation = Augmentation.ShiftFlip,
    };

    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Whatever_the_threads_the_prefetching_the_composer_and_the_interruption()
    {
        float[] want = ByTrainer();
        want.Should().OnlyContain(w => float.IsFinite(w));
        int runs = 0;
        foreach (int threads in new[] { 1, 2, 4 })
        {
            foreach (int prefetch in new[] { 0, 2 })
            {
                foreach (bool tape in new[] { false, true })
                {
                    foreach (bool resumed in new[] { false, true })
                    {
                        float[] got = ByHand(threads, prefetch, tape, resumed ? folder[$"{runs}"] : null);
                        got.AsSpan().SequenceEqual(want).Should().BeTrue($"of {threads} threads, {prefetch} batches ahead, tape {tape}, resumed {resumed}");
                        runs++;
                    }
                }
            }
        }

        runs.Should().Be(24);
        ByHand(threads: 1, prefetch: 0, tape: false, checkpoint: null, seed: 6).Should().NotEqual(want, "another order of the images is another run");
    }

    static float[] ByTrainer()
    {
        using var device = Device.Open("cpu", threads: 2);
        using var net = new TinyNin(device, seed: 7);
        Trainer.Fit(net, Data, new() { Epochs = Epochs, BatchSize = 16, LearningRate = 0.02, Optimizer = p => new Sgd(p, 0.02, momentum: 0.9), Seed = 5 });
        return [.. net.Parameters.SelectMany(p => p.ToArray())];
    }

    /// <summary>The weights and running statistics after all epochs; with a checkpoint in two halves that share nothing but its files.</summary>
    static float[] ByHand(int threads, int prefetch, bool tape, string? checkpoint, int seed = 5)
    {
        if (checkpoint is not null)
        {
            using var first = new Run(threads, prefetch, tape, seed);
            first.Train(0, 1);
            TrainingCheckpoint.Save(checkpoint, first.Net, first.Optimizer, new TrainingState(1, seed));
        }

        using var run = new Run(threads, prefetch, tape, seed);
        if (checkpoint is not null) TrainingCheckpoint.Load(checkpoint, run.Net, run.Optimizer);
        run.Train(checkpoint is null ? 0 : 1, Epochs);
        return [.. run.Net.Parameters.SelectMany(p => p.ToArray())];
    }

    sealed class Run : IDisposable
    {
        readonly Device device;
        readonly DataLoader loader;
        readonly TensorBuffer<Chw<D1, D28, D28>> images;
        readonly bool tape;

        public Run(int threads, int prefetch, bool tape, int seed)
        {
            this.tape = tape;
            device = Device.Open("cpu", threads);
            Net = new TinyNin(device, seed: 7);
            Optimizer = new Sgd(Net.Parameters, 0.02, momentum: 0.9);
            loader = new DataLoader(Data.Training, new DataLoaderOptions
            {
                BatchSize = 16, Height = 28, Width = 28, Normalization = Data.Normalization, Augmentation = Data.Augmentation, Shuffle = true,
                Seed = (ulong)seed, Prefetch = prefetch,
            });
            images = Net.CreateInput(16);
        }

        public TinyNin Net { get; }

        public Sgd Optimizer { get; }

        public void Train(int from, int to)
        {
            for (int epoch = from; epoch < to; epoch++)
            {
                foreach (var batch in loader.Epoch(epoch)) Step(images.CopyFrom(batch.Images, batch.Count, Layout.Nchw), batch.Labels);
            }
        }

        void Step(Tensor<Chw<D1, D28, D28>> x, ReadOnlySpan<int> labels)
        {
            if (!tape)
            {
                Net.TrainStep(x, labels, Optimizer);
                return;
            }

            Loss.CrossEntropy(Net.ForwardTraining(x), labels).Backward();
            Optimizer.Step();
        }

        public void Dispose()
        {
            images.Dispose();
            Optimizer.Dispose();
            Net.Dispose();
            device.Dispose();
        }
    }
}
