using Nin.Onnx.Schema;
namespace Nin.Onnx.Tests;

/// <summary>A graph as an exporter writes it, which must answer as in ONNX Runtime once it is read.</summary>
public abstract class PatternTests : IDisposable
{
    private protected DirectoryInfo Folder { get; } = Directory.CreateTempSubdirectory("nin-onnx");

    private protected GraphBuilder Graph { get; set; } = new();

    public void Dispose()
    {
        Folder.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    private protected string Conv() => Graph.Node("Conv", [Graph.Input(0, 3, 9, 8), Graph.Weights(4, 3, 3, 3), Graph.Weights(4)]);

    /// <summary>The declaration, which answers as ONNX Runtime does.</summary>
    private protected string Agrees(string output, int batch = 2)
    {
        string path = Graph.Save(Folder, output), weights = Path.Combine(Folder.FullName, "weights.safetensors");
        var imported = OnnxImport.Read(path, "Net");
        imported.SaveWeights(weights);
        string declaration = imported.ToDeclaration();
        float[] images = Logits.Images(imported.Input, batch);
        using var device = Device.Open("cpu");
        using var network = Declared.Load(declaration, "Net", device, weights);
        float[] logits = Logits.Of(network, images, batch);
        using var model = OnnxModel.Load(path, device);
        Logits.ShouldAgree(model.Run(images, Layout.Nchw), Logits.OfRuntime(path, imported.Input, images, batch));
        if (model.Ending == NetworkEnding.Logits) model.Run(images, Layout.Nchw).Should().Equal(logits);
        return declaration;
    }

    private protected static AttributeProto AutoPad(string mode) =>
        new() { Name = "auto_pad", Type = AttributeProto.Types.Kind.String, S = Google.Protobuf.ByteString.CopyFromUtf8(mode) };
}
