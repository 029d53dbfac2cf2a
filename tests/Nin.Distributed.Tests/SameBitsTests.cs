using Nin.Data;
using Nin.Training;

namespace Nin.Distributed.Tests;

/// <summary>A run over ranks that hold whole leaves has the losses and weights of one process, to the bit.</summary>
public sealed class SameBitsTests
{
    // The last batch has 37: over four ranks of 16 the last one has none, and the third 5.
    static readonly TrainingData Data = new(SyntheticDataset.Create(64 + 37, 1, 28, 28, seed: 1), SyntheticDataset.Create(50, 1, 28, 28, seed: 2))
    {
        Validation = SyntheticDataset.Create(21, 1, 28, 28, seed: 3), Augmentation = Augmentation.ShiftFlip,
    };

    static readonly TrainerOptions Options = new()
    {
        Epochs = 2, BatchSize = 64, LearningRate = 0.02, Seed = 5, EvaluationBatchSize = 24, BestWeights = BestWeights.ByLoss,
        Optimizer = p => new Sgd(p, 0.02, momentum: 0.9, weightDecay: 1e-3) { MaxGradientNorm = 5 },
    };

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Without_batch_normalisation(int ranks) => Compare<PlainNet>(ranks, Options with { BatchSize = 16 * ranks });

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void With_synchronised_batch_normalisation(int ranks) => Compare<NormNet>(ranks, Options with { SynchronizeBatchNorm = true });

    [Fact]
    public void Batch_normalisation_of_each_part_is_another_run_and_is_announced()
    {
        var (one, _) = Train<NormNet>(Options);
        var all = ThreadRanks.Run(2, group => Train<NormNet>(Options with { Ranks = group }));

        all[0].Weights.Should().NotEqual(one);
        all[1].Weights.Should().Equal(all[0].Weights, "the ranks agree all the same");
        using var device = Device.Open("cpu", threads: 1);
        using var net = new NormNet(device, seed: 7);
        RankBits.Differ(net, 2, 64, synchronizesBatchNorm: false).Should().Contain("its own part");
        RankBits.Differ(net, 2, 64, synchronizesBatchNorm: true).Should().BeNull();
        RankBits.Differ(net, 2, 100, synchronizesBatchNorm: true).Should().Contain("50 examples each").And.Contain("a batch of 128");
    }

    [Fact]
    public void A_run_resumes_on_another_number_of_ranks()
    {
        var (want, _) = Train<PlainNet>(Options);
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            var options = Options with { CheckpointFolder = folder };
            using (var stop = new CancellationTokenSource())
            {
                // After the third step, in the middle of the second epoch.
                var begun = ThreadRanks.Run(4, group => Train<PlainNet>(options with { Ranks = group, ReturnsWhenCancelled = true }, stop, stopAfter: 3));
                begun[0].Weights.Should().NotEqual(want);
            }

            var resumed = ThreadRanks.Run(2, group => Train<PlainNet>(options with { Ranks = group, Resume = true }));
            foreach (var (weights, _) in resumed) weights.Should().Equal(want);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Ranks_that_disagree_are_told_which_and_in_what()
    {
        var run = () => ThreadRanks.Run(3, group => Train<PlainNet>(Options with { Ranks = group, Seed = group.Rank == 2 ? 6 : 5 }));

        run.Should().Throw<AggregateException>().Which.InnerExceptions.Should().HaveCount(3).And.OnlyContain(
            e => e.Message == "Rank 2 disagrees with rank 0: seed is '6' there and '5' here. Start all ranks with the same program, data and options.");
    }

    static void Compare<T>(int ranks, TrainerOptions options)
        where T : INetworkType<T>
    {
        var (weights, losses) = Train<T>(options);
        foreach (var got in ThreadRanks.Run(ranks, group => Train<T>(options with { Ranks = group })))
        {
            got.Losses.Should().Equal(losses);
            got.Weights.Should().Equal(weights);
        }
    }

    static (int[] Weights, double[] Losses) Train<T>(TrainerOptions options, CancellationTokenSource? stop = null, int stopAfter = int.MaxValue)
        where T : INetworkType<T>
    {
        using var device = Device.Open("cpu", threads: 1);
        using var net = T.Create(device, seed: 7);
        var losses = new List<double>();
        var progress = new Progress(at =>
        {
            if (at.Completed is { } epoch) losses.AddRange([epoch.Loss, epoch.TrainAccuracy, epoch.TestLoss, epoch.TestAccuracy, epoch.ValidationLoss!.Value]);
            // One rank alone is stopped: the others follow.
            else if ((at.Epoch - 1) * at.Batches + at.Batch == stopAfter && options.Ranks!.Rank == 1) stop!.Cancel();
        });
        Trainer.Fit(net, Data, options, progress, options.Ranks is { Rank: 1 } && stop is not null ? stop.Token : default);
        return ([.. net.Parameters.SelectMany(p => p.ToArray()).Select(BitConverter.SingleToInt32Bits)], [.. losses]);
    }

    sealed class Progress(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }
}
