using System.Diagnostics;
using Nin.Checkpoints;
using Nin.TestKit;

namespace Nin.Model.Tests.Checkpoints;

/// <summary>
/// The state dict of a PyTorch network is the file of the same layers here, both ways. <c>tests/Nin.TorchSharp</c> is the program that wrote the files and
/// that reads ours.
/// </summary>
public sealed class TorchStateTests : IDisposable
{
    readonly Device device = Device.Open("cpu");
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("nin-torch");

    [Fact]
    public void Weights_that_TorchSharp_wrote_give_its_answers()
    {
        using var network = TorchStateNet.Load(device, Fixture("weights.safetensors"));
        using var answers = SafetensorsReader.Open(Fixture("answers.safetensors"));
        float[] images = answers.ReadFloats("images"), wanted = answers.ReadFloats("answers");

        ShouldAgree(Answers(network, images), wanted);
    }

    [Fact]
    public void What_is_saved_has_the_names_shapes_and_types_of_a_state_dict()
    {
        using var network = new TorchStateNet(device, seed: 2);
        network.Save(Own);

        using var own = SafetensorsReader.Open(Own);
        using var torch = SafetensorsReader.Open(Fixture("weights.safetensors"));
        Described(own).Should().BeEquivalentTo(Described(torch));

        static IEnumerable<string> Described(SafetensorsReader file) => file.Tensors.Select(t => $"{t.Name} {t.Type} [{string.Join(", ", t.Shape)}]");
    }

    [TorchSharpFact]
    public async Task TorchSharp_loads_weights_that_are_saved_here_and_gives_the_same_answers()
    {
        using var network = new TorchStateNet(device, seed: 2);
        float[] images = RandomData.Normal(5, 4 * 3 * 12 * 10);
        foreach (var parameter in network.Parameters.Where(p => p.Spec.Dims.Length == 1))
            parameter.CopyFrom([.. RandomData.Normal(7, (int)parameter.Length).Select(v => 1 + 0.2f * v)]);
        network.Save(Own);
        var writer = new SafetensorsWriter();
        writer.AddFloats("images", [4, 3, 12, 10], () => images);
        string file = Path.Combine(folder.FullName, "images.safetensors"), to = Path.Combine(folder.FullName, "answers.safetensors");
        writer.Save(file);

        string[] command = TorchSharpFactAttribute.Command!.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        using var process = Process.Start(new ProcessStartInfo(command[0], [.. command[1..], "answer", Own, file, to]) { RedirectStandardError = true })!;
        string errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(2));
        process.ExitCode.Should().Be(0, errors);

        using var answers = SafetensorsReader.Open(to);
        ShouldAgree(Answers(network, images), answers.ReadFloats("answers"));
    }

    public void Dispose()
    {
        device.Dispose();
        folder.Delete(recursive: true);
    }

    string Own => Path.Combine(folder.FullName, "weights.safetensors");

    static string Fixture(string file) => Path.Combine(AppContext.BaseDirectory, "Checkpoints", "Torch", file);

    static float[] Answers(TorchStateNet network, float[] images)
    {
        using var x = network.CreateInput(4);
        x.CopyFrom(images, Layout.Nchw);
        return network.Forward(x).ToArray();
    }

    // Sums of up to 480 products of unit size, a few layers deep: a few roundings of 6e-8 each.
    static void ShouldAgree(float[] got, float[] wanted)
    {
        got.Should().HaveSameCount(wanted);
        float scale = wanted.Max(MathF.Abs);
        scale.Should().BeGreaterThan(0.01f);
        got.Zip(wanted, (a, b) => MathF.Abs(a - b)).Max().Should().BeLessThan(1e-5f * scale);
    }
}

/// <summary>A test that starts TorchSharp; skipped where nothing says how.</summary>
[AttributeUsage(AttributeTargets.Method)]
sealed class TorchSharpFactAttribute : FactAttribute
{
    public TorchSharpFactAttribute()
    {
        if (string.IsNullOrEmpty(Command))
            Skip = "TorchSharp's native library is hundreds of megabytes and no part of this build; set NIN_TORCHSHARP as tests/Nin.TorchSharp/README.md says.";
    }

    /// <summary>What starts the program in <c>tests/Nin.TorchSharp</c>.</summary>
    public static string? Command => Environment.GetEnvironmentVariable("NIN_TORCHSHARP");
}
