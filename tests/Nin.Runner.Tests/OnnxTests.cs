namespace Nin.Runner.Tests;

/// <summary>Networks that go out as ONNX files and come in as declarations.</summary>
public sealed class OnnxTests(TrainedRun trained) : IClassFixture<TrainedRun>, IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void What_was_exported_can_be_imported()
    {
        string file = folder["model.onnx"];
        var exported = NinProcess.Run("export", "--weights", trained.Folder, "--to", file, "--json").Succeeded().Json;
        exported.GetProperty("bytes").GetInt64().Should().Be(new FileInfo(file).Length);

        var imported = NinProcess.Run("import", file, "--class", "Mine", "--namespace", "My.Networks", "--out", folder["in"], "--json").Succeeded().Json;

        imported.EnumerateObject().Select(p => p.Name).Should().Equal("class", "layers", "parameters", "files");
        string[] files = [.. imported.GetProperty("files").EnumerateArray().Select(f => f.GetString()!)];
        files.Should().Equal(Path.Combine(folder["in"], "Mine.cs"), Path.Combine(folder["in"], "Mine.safetensors"));
        File.ReadAllText(files[0]).Should().Contain("namespace My.Networks;").And.Contain("[Network(1, 28, 28, Classes = 10)]").And.Contain("class Mine");
        Checkpoint.ReadMetadata(files[1]).Should().Contain("nin.classes", Checkpoint.ReadMetadata(trained.Weights)["nin.classes"]);
        NinProcess.Run("import", file, "--class", "Mine", "--out", folder["in"]).FailedWith(1).Should().Contain("Mine.cs exists already");
    }

    [Theory]
    [InlineData("--class", "2nd", "'2nd' is not a valid class name")]
    [InlineData("--input", "28x28", "--input 28x28 is not a valid size")]
    public void Wrong_words_are_wrong_usage(string option, string value, string message)
    {
        string file = folder["model.onnx"];
        File.WriteAllText(file, "text");
        NinProcess.Run("import", file, option, value).FailedWith(2).Should().Contain(message);
    }

    [Fact]
    public void A_file_that_is_none_is_one_line()
    {
        string file = folder["model.onnx"];
        File.WriteAllText(file, "this is text and no network at all");
        NinProcess.Run("import", file).FailedWith(1).Should().Contain("model.onnx is damaged or not an ONNX file");
        NinProcess.Run("import", folder["none.onnx"]).FailedWith(1).Should().Contain("none.onnx does not exist; name an ONNX file");
    }
}
