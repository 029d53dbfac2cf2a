using System.Globalization;
using Nin.Checkpoints;
using Nin.Data;
using Nin.Training;

namespace Nin.Model.Tests.Training;

/// <summary>What would give other bits than those of the run that was stopped is named, and nothing is changed.</summary>
public sealed class OtherRunTests : StoppedRun
{
    public static TheoryData<string, string> Differences => new()
    {
        { "seed", "seed is '5' in it and '6' now" },
        { "epochs", "epochs is '3' in it and '4' now. Resume with the same, or allow it with ChangeEpochs," },
        { "batch", "batchSize is '8' in it and '9' now" },
        { "rate", "learningRate is '0.3' in it and '0.25' now" },
        { "schedule", "schedule is 'Nin.Training.OneCycleSchedule' in it and 'Nin.Training.CosineSchedule' now" },
        { "optimizer", "optimizer is 'Nin.Training.Sgd' in it and 'Nin.Training.Adam' now" },
        { "momentum", "optimizerSettings is 'Momentum = 0.9, WeightDecay = 0, Nesterov = False' in it and 'Momentum = 0.9, WeightDecay = 0.5, Nesterov = False' now" },
        { "loss", "lossSettings is 'LabelSmoothing = 0' in it and 'LabelSmoothing = 0.1' now" },
        { "frozen", "frozenParameters is '' in it and 'Norm1.bias' now" },
        { "augmentation", "augmentation is 'ShiftFlip' in it and 'Flip' now" },
        { "normalization", "normalization is 'mean 0.5, std 0.25' in it and 'none' now" },
        { "count", "trainingImages is '27 x 10 x 4 x 4' in it and '26 x 10 x 4 x 4' now" },
        { "classes", "trainingClasses is 'channel 0,*' in it and 'class 0,*' now" },
        { "images", "trainingHash is '*' in it and '*' now" },
        { "test", "testHash is '*' in it and '*' now" },
    };

    [Theory, MemberData(nameof(Differences))]
    public void WhatWouldGiveOtherBitsIsNamedWithBothValues(string what, string message)
    {
        Cancelled(Keeping, step: 5);
        var options = what switch
        {
            "seed" => Keeping with { Seed = 6 },
            "epochs" => Keeping with { Epochs = 4 },
            "batch" => Keeping with { BatchSize = 9 },
            "rate" => Keeping with { LearningRate = 0.25 },
            "schedule" => Keeping with { Schedule = new CosineSchedule() },
            "optimizer" => Keeping with { Optimizer = p => new Adam(p) },
            "momentum" => Keeping with { Optimizer = p => new Sgd(p, 0.3, momentum: 0.9, weightDecay: 0.5) },
            "loss" => Keeping with { Loss = new CrossEntropyLoss(0.1) },
            _ => Keeping,
        };
        var names = Data.Training.ClassNames.Select((_, i) => $"class {i}");
        var data = what switch
        {
            "augmentation" => Data with { Augmentation = Augmentation.Flip },
            "normalization" => Data with { Normalization = null },
            "count" => Data with { Training = Data.Training.Take(26) },
            "classes" => Data with { Training = new ImageDataset(Data.Training.Pixels.ToArray(), Data.Training.Labels.ToArray(), 10, 4, 4, [.. names]) },
            "images" => Data with { Training = ChannelImages.Create(27, seed: 3) },
            "test" => Data with { Test = ChannelImages.Create(20, seed: 3) },
            _ => Data,
        };
        Refused<InvalidDataException>(options, data, $"*state.json is of another run, which cannot be continued with the same bits: {message}*", freeze: what == "frozen");
    }

    [Fact]
    public void TheArgumentsOfASchedulesAreCompared()
    {
        var options = Keeping with { Schedule = new StepSchedule(3, 0.5) };
        Cancelled(options, step: 5);
        Refused<InvalidDataException>(
            options with { Schedule = new StepSchedule(3, 0.25) }, Data,
            "*scheduleSettings is 'StepSchedule { Parts = 3, Factor = 0.5 }' in it and 'StepSchedule { Parts = 3, Factor = 0.25 }' now*");
    }

    [Fact]
    public void WhatIsComparedDoesNotDependOnTheCulture()
    {
        var options = Keeping with { Schedule = new StepSchedule(3, 0.5) };
        Cancelled(options, step: 5);
        var culture = CultureInfo.CurrentCulture;
        try
        {
            var comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            comma.NumberFormat.NumberDecimalSeparator = ",";
            comma.NumberFormat.NegativeSign = "~";
            CultureInfo.CurrentCulture = comma;
            Resumed(options).Epochs.Should().HaveCount(2);
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    [Fact]
    public void ACheckpointOfALoopOfOnesOwnIsRefused()
    {
        using var net = Net();
        using var sgd = new Sgd(net.Parameters, 0.3, momentum: 0.9);
        TrainingCheckpoint.Save(Folder["checkpoint"], net, sgd, new TrainingState(1, 5));
        Refused<InvalidDataException>(Keeping, Data, "*state.json was not written by Trainer: load it with TrainingCheckpoint.Load.");
    }
}
