namespace Nin.Runner.Tests;

/// <summary>Wrong usage is exit code 2 and one line that says what is allowed.</summary>
public sealed class UsageErrorTests
{
    [Theory]
    [InlineData("", "no command: use one of devices, models, summary, train, lr-find, eval, predict, explain, compare, experiment, export, import, bench, data, verify, doctor;")]
    [InlineData("modles", "unknown command 'modles': did you mean 'models'?")]
    [InlineData("predikt", "unknown command 'predikt': did you mean 'predict'? `nin` takes devices, models,")]
    [InlineData("predict", "Required argument 'IMAGE' missing for command: 'predict'.")]
    [InlineData("train --validation 0.2", "--validation belongs to pictures of your own")]
    [InlineData("train --validation 1", "--validation is '1'; it must be a number above 0 and below 1.")]
    [InlineData("bench --precision half", "--precision is 'half'; use float32, tf32x3 or tf32.")]
    [InlineData("train --resume runs/a --precision tf32", "--precision cannot be combined with --resume")]
    [InlineData("train --epoch 3", "unknown option '--epoch': did you mean '--epochs'?")]
    [InlineData("summary --model bok", "unknown model 'bok': did you mean 'book'? use book, book-one-pointwise, book96,")]
    [InlineData("summary", "Option '--model' is required.")]
    [InlineData("eval", "Option '--weights' is required.")]
    [InlineData("train --epochs 0", "--epochs is '0'; it must be a whole number of 1 or more.")]
    [InlineData("train --epochs three", "--epochs is 'three'; it must be a whole number of 1 or more.")]
    [InlineData("train --lr NaN", "--lr is 'NaN'; it must be a number above 0.")]
    [InlineData("train --momentum 1", "--momentum is '1'; it must be a number of 0 or more and below 1.")]
    [InlineData("train --optimizer adm", "--optimizer is 'adm': did you mean 'adam'? use sgd, adam or adamw.")]
    [InlineData("train --preset slow", "--preset is 'slow'; use quick, accurate or book.")]
    [InlineData("train --schedule", "Required argument missing for option: '--schedule'.")]
    [InlineData("train --optimizer adam --momentum 0.9", "--momentum belongs to sgd")]
    [InlineData("train --model cifar10", "cifar10 takes images of 3x32x32, Fashion-MNIST has one channel: add --dataset synthetic")]
    [InlineData("train --resume runs/a --lr 0.1", "--lr cannot be combined with --resume")]
    [InlineData("train --resume runs/a --batch 8 --epochs 3", "--batch cannot be combined with --resume")]
    [InlineData("train --dataset synthetic --limit 2147483647 --device cpu", "--limit 2147483647 is more than fits: of 1 x 28 x 28 there are at most 2739137 synthetic images.")]
    [InlineData("train --rank-timeout 60", "--rank-timeout is for --distributed: leave it out, or add --distributed.")]
    [InlineData("train --distributed --rank-timeout 1", "--rank-timeout is '1'; it must be a number of 2 to 604800.")]
    [InlineData("train --checkpoint-minutes -1", "--checkpoint-minutes is '-1'; it must be a number of 0 to 525600.")]
    [InlineData("train --model book --dataset synthetic --limit 60000 --batch 60000 --device cpu", "--batch 60000 is more than fits: a batch has at most 42799 images of 1x224x224.")]
    [InlineData("bench --device gpu", "Unknown device 'gpu': use auto, cpu, emulator, opencl[:i] or cuda[:i].")]
    [InlineData("bench --threads 1000000", "--threads is '1000000'; it must be a whole number from 1 to 1024.")]
    [InlineData("bench --workload both", "--workload is 'both'; use train or infer.")]
    [InlineData("data extra", "unexpected 'extra' after `nin data`")]
    public void Says_what_is_allowed(string arguments, string message) =>
        NinProcess.Run(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)).FailedWith(2).Should().Contain(message);

    [Theory]
    [InlineData("--out")]
    [InlineData("--resume")]
    [InlineData("--data")]
    public void A_folder_without_a_name_is_refused(string option) =>
        NinProcess.Run("train", option, "").FailedWith(2).Should().Contain($"{option} is ''; name a folder.");

    [Fact]
    public void Json_changes_nothing_about_errors() =>
        NinProcess.Run("summary", "--model", "bok", "--json").FailedWith(2).Should().Contain("unknown model 'bok'");

    [Fact]
    public void Out_folder_that_is_not_empty_is_refused()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["mine.txt"], "do not touch");
        string path = Path.GetDirectoryName(folder["x"])!;

        NinProcess.Run("train", "--dataset", "synthetic", "--out", path).FailedWith(2).Should().Contain("not empty").And.Contain("name another folder");

        Directory.EnumerateFileSystemEntries(path).Should().ContainSingle();
    }

    [Fact]
    public void Help_names_every_option_of_train()
    {
        string help = NinProcess.Run("train", "--help").Succeeded().Output;
        string[] options =
        [
            "--model", "--preset", "--epochs", "--batch", "--lr", "--momentum", "--weight-decay", "--schedule", "--optimizer", "--init", "--augment",
            "--seed", "--limit", "--dataset", "--data", "--out", "--resume", "--checkpoint-minutes", "--tensorboard", "--distributed", "--sync-batchnorm", "--rank-timeout", "--precision", "--validation", "--device", "--threads", "--json", "--verbose",
        ];
        help.Should().ContainAll(options).And.Contain("constant|step|cosine|onecycle").And.Contain("none|flip|shift-flip");
    }
}
