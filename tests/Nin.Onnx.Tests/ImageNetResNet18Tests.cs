using System.Reflection;

namespace Nin.Onnx.Tests;

/// <summary>The ResNet-18 that NuGet serves, trained on ImageNet and written by another program.</summary>
public sealed class ImageNetResNet18Tests : IDisposable
{
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("nin-onnx");

    static string File { get; } = typeof(ImageNetResNet18Tests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(a => a.Key == "ResNet18").Value!;

    [Fact]
    public void It_is_read_compiled_and_answers_as_Onnx_Runtime_does_and_runs_uncompiled_with_the_same_bits()
    {
        var imported = OnnxImport.Read(File, "ResNet18");
        string weights = Path.Combine(folder.FullName, "resnet18.safetensors");
        imported.SaveWeights(weights);
        float[] images = [.. Logits.Images(imported.Input, batch: 1).Select(x => x * 128)]; // Pixels less their mean.

        using var device = Device.Open("cpu");
        using var network = Declared.Load(imported.ToDeclaration(), "ResNet18", device, weights);

        imported.ToDeclaration().Should().Contain("[LayersOf<ResNet18Block>(Times = 2, Name = \"Stage1\", Filters = 64, Stride = 1)]");
        float[] logits = Logits.Of(network, images, batch: 1);
        Logits.ShouldAgree(logits, Logits.OfRuntime(File, imported.Input, images, batch: 1));
        using var model = OnnxModel.Load(File, device);
        model.Run(images, Layout.Nchw).Should().Equal(logits);
    }

    [Fact]
    public void The_sample_that_fine_tunes_it_has_the_declaration_that_import_writes()
    {
        DirectoryInfo? repository = new(AppContext.BaseDirectory);
        while (repository is not null && !System.IO.File.Exists(Path.Combine(repository.FullName, "Nin.sln"))) repository = repository.Parent;
        System.IO.File.ReadAllText(Path.Combine(repository!.FullName, "samples", "fine-tune", "ResNet18.cs")).Should().Be(OnnxImport.Read(File, "ResNet18").ToDeclaration());
    }

    public void Dispose() => folder.Delete(recursive: true);
}
