using Nin.Data;
using Nin.Training;

namespace Nin.Distributed.Tests;

/// <summary>Ranks on accelerators, whose gradients go through the host's memory, end with the bits of one process on the same device.</summary>
public sealed class DeviceRanksTests
{
    // The last batch has 5: the second rank has none of it.
    static readonly TrainingData Data = new(SyntheticDataset.Create(32 + 5, 1, 11, 9, seed: 1), SyntheticDataset.Create(12, 1, 11, 9, seed: 2)) { Augmentation = Augmentation.ShiftFlip };

    static readonly TrainerOptions Options = new()
    {
        Epochs = 2, BatchSize = 16, LearningRate = 0.02, Seed = 5, EvaluationBatchSize = 12,
        Optimizer = p => new Sgd(p, 0.02, momentum: 0.9, weightDecay: 1e-3) { MaxGradientNorm = 5 },
    };

    [Fact]
    public void On_the_emulator() => Compare("emulator");

    [Fact]
    public void On_the_processor() => Compare("cpu");

    [OpenClFact]
    public void On_opencl() => Compare("opencl:0");

    [Fact]
    public void Statistics_of_the_whole_batch_are_refused_there_before_the_first_step()
    {
        using var device = Device.Open("emulator");
        var run = () => ThreadRanks.Run(2, group => Train<TinyNormNet>(device, Options with { Ranks = group, SynchronizeBatchNorm = true }));

        run.Should().Throw<AggregateException>().Which.InnerExceptions.Should().HaveCount(2).And.OnlyContain(
            e => e is NotSupportedException && e.Message.StartsWith("Batch normalisation over all ranks runs on device cpu alone, not on emulator"));
    }

    static void Compare(string id)
    {
        // One for all: its kernels are compiled once, which takes most of the time.
        using var device = Device.Open(id, threads: 1);
        var (weights, losses) = Train<TinyNet>(device, Options);
        foreach (var got in ThreadRanks.Run(2, group => Train<TinyNet>(device, Options with { Ranks = group })))
        {
            got.Losses.Should().Equal(losses);
            got.Weights.Should().Equal(weights);
        }
    }

    static (int[] Weights, double[] Losses) Train<T>(Device device, TrainerOptions options)
        where T : INetworkType<T>
    {
        using var net = T.Create(device, seed: 7);
        var epochs = Trainer.Fit(net, Data, options);
        return ([.. net.Parameters.SelectMany(p => p.ToArray()).Select(BitConverter.SingleToInt32Bits)], [.. epochs.SelectMany(e => new[] { e.Loss, e.TrainAccuracy, e.TestLoss })]);
    }
}

/// <summary>A test on the first OpenCL device; skipped with the reason where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
sealed class OpenClFactAttribute : FactAttribute
{
    public OpenClFactAttribute()
    {
        if (DeviceDiscovery.List().First(d => d.Kind == DeviceKind.OpenCl).Missing is { } reason) Skip = $"opencl: {reason}";
    }
}
