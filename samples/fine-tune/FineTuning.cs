using System.Diagnostics;
using Nin.Training;

namespace Nin.Samples;

/// <summary>Trains on a folder of pictures: a head on the pretrained body, its last layers too, or a network of the same layers from nothing.</summary>
static class FineTuning
{
    const string Out = "runs";
    const int Batch = 16;

    public static int Run(string how, string weights, string folder, int epochs, int seed)
    {
        using var device = Device.Best();
        using INetwork net = how == "nothing" ? new PlainNet(device, seed) : new PhotoNet(device, seed);
        // Half of each class is for training, half decides nothing and is only tested on.
        var halves = Photos.Load(folder).Split(validation: 0.5, seed: 0);
        var data = new TrainingData(halves.Training, Test: halves.Validation) { Normalization = halves.Preprocessing.Normalization };
        if (how != "nothing") Console.WriteLine(Photos.LoadBody(net, weights));
        switch (how)
        {
            case "head":
                net.FreezeBefore(nameof(PhotoNet.Head));
                break;
            case "last":
                net.FreezeBefore(nameof(PhotoNet.Stage7_1_Conv1));
                break;
            case "nothing":
                break;
            default:
                Console.Error.WriteLine($"'{how}' is not a way to train: use head, last or nothing.");
                return 2;
        }

        Console.WriteLine($"{halves.Training.Count} pictures for training, {halves.Validation.Count} for the test; training takes {net.BytesToTrain(Batch) / (1 << 20)} MiB");
        var clock = Stopwatch.StartNew();
        var done = Trainer.Fit(
            net, data,
            new TrainerOptions
            {
                Epochs = epochs,
                BatchSize = Batch,
                Seed = seed,
                Schedule = new CosineSchedule(),
                Optimizer = parameters => Optimizer(parameters, how),
            },
            new Report());
        Directory.CreateDirectory(Out);
        Checkpoint.Save(net, Path.Combine(Out, $"{how}.safetensors"), halves.Preprocessing.ToMetadata());
        Console.WriteLine(FormattableString.Invariant($"{how}: {100 * done[^1].TestAccuracy:F1} % of {halves.Validation.Count} after {epochs} epochs, {clock.Elapsed.TotalSeconds:F0} s"));
        return 0;
    }

    // A new head learns ten times as fast as layers that have seen a million pictures.
    static Adam Optimizer(ParameterSet parameters, string how)
    {
        var adam = new Adam(parameters, learningRate: 1e-3);
        if (how == "last") adam.SetFactors(p => !p.Name.StartsWith("Head", StringComparison.Ordinal), rateFactor: 0.1);
        return adam;
    }

    sealed class Report : IProgress<TrainingProgress>
    {
        void IProgress<TrainingProgress>.Report(TrainingProgress value)
        {
            if (value.Completed is not { } epoch) return;
            Console.WriteLine(FormattableString.Invariant(
                $"epoch {epoch.Epoch,2}  loss {epoch.Loss:F3}  training {100 * epoch.TrainAccuracy:F1} %  test {100 * epoch.TestAccuracy:F1} %  {epoch.ExamplesPerSecond:F1}/s"));
        }
    }
}
