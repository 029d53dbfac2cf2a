using Nin.Training;

namespace Nin.Model.Tests.Training;

/// <summary>A run that is made longer, and whose newest checkpoint is damaged then.</summary>
public sealed class ExtensionCheckpointTests : StoppedRun
{
    [Fact]
    public void A_damaged_checkpoint_before_a_change_of_epochs_is_refused_unless_the_schedule_says_when()
    {
        var cosine = new CosineSchedule();
        var (longer, damaged) = (TwoEpochs(cosine, "longer"), TwoEpochs(cosine, "damaged"));
        var (rest, weights) = Resumed(longer);
        string newest = Damage(damaged);

        Refused<InvalidDataException>(
            damaged, Data, $"*state.json is from before the change of the epochs from 2 to 3, and a newer checkpoint is damaged ({newest}: *): say at which step the epochs changed, *");
        var told = Resumed(damaged with { Schedule = new ExtendedSchedule(cosine, [new ScheduleExtension(Step: 2 * Steps, TotalBefore: 2 * Steps)]) });

        told.Epochs.Should().HaveCount(2, "the second is trained again");
        told.Epochs[^1].Should().Be(rest[^1]);
        told.Weights.Should().Equal(weights);
    }

    [Fact]
    public void At_a_constant_rate_it_is_passed_over_as_any()
    {
        var options = TwoEpochs(new ConstantSchedule(), "constant");
        Damage(options);
        Resumed(options).Weights.Should().Equal(Whole(options with { CheckpointFolder = null, ChangeEpochs = false }).Weights);
    }

    // Trained for two epochs, with a checkpoint after each; the options make it three.
    TrainerOptions TwoEpochs(LearningRateSchedule schedule, string name)
    {
        var options = Plain with { Schedule = schedule, CheckpointFolder = Folder[name] };
        using var net = Net();
        Trainer.Fit(net, Data, options with { Epochs = 2 });
        return options with { Epochs = 3, ChangeEpochs = true };
    }

    static string Damage(TrainerOptions options)
    {
        string newest = Directory.GetDirectories(options.CheckpointFolder!).Max()!;
        File.WriteAllText(Path.Combine(newest, "state.json"), "{}");
        return newest;
    }
}
