namespace Nin.Runner.Tests;

/// <summary>A failure outside the program is exit code 1 and one line that says how to fix it.</summary>
public sealed class FailureTests(TrainedRun trained) : IClassFixture<TrainedRun>
{
    [Theory]
    [InlineData("data")]
    [InlineData("train")]
    [InlineData("eval")]
    public void Missing_data_folder_is_named(string command)
    {
        using var folder = new TemporaryFolder();
        string[] more = command == "eval" ? ["--weights", trained.Weights, "--dataset", "fashion-mnist"] : [];
        string missing = folder["missing"];

        NinProcess.Run([command, "--data", missing, .. more]).FailedWith(1)
            .Should().Contain($"--data {missing}: no such folder").And.Contain("leave --data out");
    }

    [Fact]
    public void A_folder_of_neither_kind_is_told_both()
    {
        using var folder = new TemporaryFolder();
        string empty = folder["empty"];
        Directory.CreateDirectory(empty);
        NinProcess.Run("train", "--data", empty).FailedWith(2)
            .Should().Contain($"{empty} has neither folders of pictures nor Fashion-MNIST's files: make a folder of pictures per class");
    }

    [Fact]
    public void Damaged_data_is_told_by_its_checksum()
    {
        using var folder = new TemporaryFolder();
        foreach (string name in (string[])["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"])
            File.WriteAllBytes(folder[name], [0, 0, 8, 3, 0, 0, 234, 96, 0, 0]);

        NinProcess.Run("train", "--data", Path.GetDirectoryName(folder["x"])!).FailedWith(1)
            .Should().Contain("train-images-idx3-ubyte has SHA-256").And.Contain("c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888");
    }

    [Fact]
    public void Weights_of_another_model_name_the_first_tensor_that_differs() =>
        NinProcess.Run("eval", "--weights", trained.Weights, "--model", "mnist28").FailedWith(1)
            .Should().Contain("tensor 'Block1.0.weight' is F32 [96, 1, 5, 5] in the network and F32 [32, 1, 5, 5] in the file");

    [Fact]
    public void Weights_cut_short_are_refused()
    {
        using var folder = new TemporaryFolder();
        byte[] whole = File.ReadAllBytes(trained.Weights);
        File.WriteAllBytes(folder["cut.safetensors"], whole[..(whole.Length / 2)]);

        NinProcess.Run("eval", "--weights", folder["cut.safetensors"]).FailedWith(1).Should().Contain("cut.safetensors").And.Contain("cut short");
    }

    [Fact]
    public void Missing_weights_are_named() =>
        NinProcess.Run("eval", "--weights", "nowhere.safetensors").FailedWith(1).Should().Contain("nowhere.safetensors does not exist");

    [Fact]
    public void Resuming_what_is_no_run_is_refused()
    {
        using var folder = new TemporaryFolder();
        NinProcess.Run("train", "--resume", folder["none"]).FailedWith(1).Should().Contain("is not a run folder: it has no manifest.json");
    }

    [Fact]
    public void Diverging_says_what_to_change()
    {
        using var folder = new TemporaryFolder();
        NinProcess.Run(
            "train", "--model", "mnist28", "--dataset", "synthetic", "--limit", "64", "--batch", "8", "--lr", "1e30", "--schedule", "constant", "--epochs", "1",
            "--device", "cpu", "--out", folder["run"], "--json").LastErrorLine(1)
            .Should().Contain("training has diverged").And.Contain("learning rate below");
    }

    [Fact]
    public void No_room_leaves_no_part_of_a_file()
    {
        using var folder = new TemporaryFolder();
        string run = folder["run"];

        NinProcess.RunWithFileLimit(100, "train", "--dataset", "synthetic", "--limit", "16", "--epochs", "1", "--device", "cpu", "--out", run, "--json")
            .LastErrorLine(1).Should().Contain("model.safetensors").And.Contain("could not be written").And.Contain("make room");

        Directory.EnumerateFileSystemEntries(run).Select(Path.GetFileName).Should().BeEquivalentTo("manifest.json", ".lock");
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_named()
    {
        if (!OperatingSystem.IsLinux()) return;
        NinProcess.Run("train", "--dataset", "synthetic", "--limit", "8", "--epochs", "1", "--device", "cpu", "--out", "/proc/x").FailedWith(1)
            .Should().Contain("The folder /proc/x could not be created: that place takes no new folders. Name one in a place that may be written.");
    }

    [Fact]
    public void Verbose_shows_where_it_came_from()
    {
        var outcome = NinProcess.Run("eval", "--weights", "nowhere.safetensors", "--verbose");
        outcome.ExitCode.Should().Be(1);
        outcome.Error.Should().Contain("   at Nin.App.").And.EndWith("`nin train` wrote.\n");
    }
}
