using System.Globalization;
using Nin.Data;
using Nin.App.Benchmarks;
using Nin.App.Results;
using Nin.App.Runs;
using Nin.Training;

namespace Nin.App.Checks;

/// <summary>Tries what the library promises on this machine. A check that fails is a row like any other, and the rest goes on.</summary>
sealed class Doctor(ModelEntry model, CancellationToken cancellation)
{
    const int Batch = 2;
    const int Steps = 3;

    /// <summary>The checks in order, each when it is done.</summary>
    public IEnumerable<DoctorCheck> Run()
    {
        yield return Versions();
        var found = DeviceDiscovery.List();
        foreach (var device in found) yield return Presence(device);
        foreach (var device in found.Where(d => d.Missing is null))
        {
            // The emulator is what the CPU is compared with.
            if (device.Kind != DeviceKind.Emulator) yield return Check($"layers on {device.Id}", () => AgainstOther(device.Id));
            yield return Check($"gradients on {device.Id}", () => Gradients(device.Id));
        }

        string best = found.First(d => d.IsDefault).Id;
        yield return Check($"gradients of {model.Id}", () => ModelGradients(best));
        yield return Check($"memory of {model.Id}", Allocations);
        yield return Check($"threads of {model.Id}", Threads);
    }

    static DoctorCheck Versions()
    {
        var versions = ManifestVersions.OfThisProcess();
        using var cpu = Device.Open("cpu", threads: 1);
        return new("versions", true, $"Nin {versions.Nin}, {versions.Dotnet}, {versions.System}, {versions.Processor} with registers of {cpu.RegisterBits} bits");
    }

    // A kind of device that a machine lacks is not a fault; a driver that fails is one.
    static DoctorCheck Presence(DeviceInfo device) => new(
        $"device {device.Id}", !device.IsBroken, device.Missing is { } reason ? $"missing: {ErrorText.OneLine(reason)}" : $"{device.Name}{(device.IsDefault ? ", the default" : "")}");

    static string AgainstOther(string id)
    {
        using var device = Device.Open(id);
        using var other = Device.Open(id == "cpu" ? "emulator" : "cpu");
        return EngineComparison.Run(device, other);
    }

    static string Gradients(string id)
    {
        using var device = Device.Open(id);
        using var network = new EveryLayerNet(device, seed: 1);
        return GradientCheck.Of(network, options: new() { Batch = Batch, Directions = 1 }).ThrowIfWrong().ToString();
    }

    string ModelGradients(string id)
    {
        using var device = Device.Open(id);
        using var network = model.Create(device, 1);
        return $"on {id}: {GradientCheck.Of(network, options: new() { Batch = Batch, Directions = 1 }).ThrowIfWrong()}";
    }

    string Allocations()
    {
        using var device = Device.Open("cpu");
        var result = new Benchmark(model, "train", Batch, steps: 10).Run(device, cancellation);
        string bytes = string.Create(CultureInfo.InvariantCulture, $"a training step on the CPU allocates {result.AllocatedBytesPerStep:0} bytes");
        return result.AllocatedBytesPerStep == 0 ? bytes : throw new InvalidOperationException($"{bytes}; none are promised");
    }

    string Threads()
    {
        float[] one = Weights(threads: 1), two = Weights(threads: 2);
        int different = one.Zip(two).Count(p => BitConverter.SingleToInt32Bits(p.First) != BitConverter.SingleToInt32Bits(p.Second));
        return different == 0
            ? $"{Steps} training steps give the same bits with 1 and 2 threads"
            : throw new InvalidOperationException($"{different:N0} of {one.Length:N0} weights differ between 1 and 2 threads after {Steps} training steps");
    }

    float[] Weights(int threads)
    {
        using var device = Device.Open("cpu", threads);
        using var network = model.Create(device, 1);
        var shape = network.Architecture.Input;
        var images = SyntheticDataset.Create(Batch * Steps, shape.Channels, shape.Height, shape.Width, seed: 1);
        var options = new TrainerOptions { Epochs = 1, BatchSize = Batch, LearningRate = 0.01, EvaluationBatchSize = Batch };
        Trainer.Fit(network, new(images, images.Take(Batch)), options, cancellation: cancellation);
        return [.. network.Parameters.SelectMany(p => p.ToArray())];
    }

    DoctorCheck Check(string name, Func<string> check)
    {
        cancellation.ThrowIfCancellationRequested();
        try
        {
            return new(name, true, check());
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            throw;
        }
#pragma warning disable CA1031 // Whatever a device throws, the other checks go on.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return new(name, false, ErrorText.Of(exception));
        }
    }
}
