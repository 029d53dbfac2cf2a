using Nin.App;
using Nin.App.Studies;
using Nin.Data;
using Nin.Runner.Models;

namespace Nin.Runner.Studies;

/// <summary>The studies of the tool: the experiments of chapter 7.3 of <i>Dive into Deep Learning</i>, and the recipes that do better.</summary>
static class ShippedStudies
{
    const string Mini = "the book's layers at 28 x 28, a sixth as wide, first 10,000 images, batch 32";
    const string Full = "224 x 224, 60,000 images, batch 128, as the book";

    static TrainSettings Book { get; } = TrainSettings.Book;

    /// <summary>The book's recipe for a small network that sees few images: the same number of steps as some of the book's epochs.</summary>
    static TrainSettings Small { get; } = TrainSettings.Book with { Batch = 32, Epochs = 10, Limit = 10_000 };

    public static void AddTo(NinApp app)
    {
        foreach (var study in (Study[])[BookTable, PointwiseAblation, DeadClasses, Resources, Bottleneck, Recipes]) app.AddStudy(study);
        app.UseForPreset("quick", nameof(Slim28)).UseForPreset("book", "book").UseForPreset("accurate", nameof(Deep28));
    }

    static TrainingStudy BookTable { get; } = new(
        "book-table", "The book's run, exercise 1 (half the rate for twice as long) and exercise 2 (one 1x1 convolution per block).",
    [
        new StudyScale("small", $"{Mini}, 10 epochs (20 for exercise 1)", Seeds: 5,
        [
            StudyRow.Of<MiniBook>("book", Small),
            StudyRow.Of<MiniBook>("exercise-1", Small with { Lr = 0.05, Epochs = 20 }),
            StudyRow.Of<MiniOnePointwise>("exercise-2", Small),
        ]),
        new StudyScale("book", $"{Full}, 10 epochs (20 for exercise 1)", Seeds: 3,
        [
            StudyRow.Of<BookNin>("book", Book) with { Published = new PublishedResult(0.352, 0.871, 0.874) },
            StudyRow.Of<BookNin>("exercise-1", Book with { Lr = 0.05, Epochs = 20 }) with { Published = new PublishedResult(0.281, 0.896, 0.885) },
            StudyRow.Of<BookOnePointwise>("exercise-2", Book) with { Published = new PublishedResult(0.360, 0.867, 0.869) },
        ]),
    ]);

    static TrainingStudy PointwiseAblation { get; } = new(
        "pointwise-ablation", "What are the 1x1 convolutions worth, with and without the ReLU before the loss?",
    [
        new StudyScale("small", $"{Mini}, 10 epochs", Seeds: 5,
        [
            StudyRow.Of<MiniBook>("two", Small),
            StudyRow.Of<MiniOnePointwise>("one", Small),
            StudyRow.Of<MiniNoPointwise>("none", Small),
            StudyRow.Of<MiniNoLastRelu>("two-no-last-relu", Small),
            StudyRow.Of<MiniOnePointwiseNoLastRelu>("one-no-last-relu", Small),
            StudyRow.Of<MiniNoPointwiseNoLastRelu>("none-no-last-relu", Small),
        ]),
        new StudyScale("book", $"{Full}, 10 epochs", Seeds: 3,
        [
            StudyRow.Of<BookNin>("two", Book),
            StudyRow.Of<BookOnePointwise>("one", Book),
            StudyRow.Of<BookNoPointwise>("none", Book),
            StudyRow.Of<BookNoLastRelu>("two-no-last-relu", Book),
            StudyRow.Of<BookOnePointwiseNoLastRelu>("one-no-last-relu", Book),
            StudyRow.Of<BookNoPointwiseNoLastRelu>("none-no-last-relu", Book),
        ]),
    ]);

    static TrainingStudy DeadClasses { get; } = new(
        "dead-classes", "How often does the book's recipe lose a class, and what helps?",
    [
        new StudyScale("small", $"{Mini}, 10 epochs", Seeds: 20,
        [
            StudyRow.Of<MiniBook>("book", Small),
            StudyRow.Of<MiniNoLastRelu>("no-last-relu", Small),
            StudyRow.Of<MiniBook>("he", Small with { Init = "he" }),
            StudyRow.Of<MiniBook>("slow-last-block", Small with { LastRate = 0.1 }),
        ]),
        new StudyScale("book", $"{Full}, 10 epochs", Seeds: 20,
        [
            StudyRow.Of<BookNin>("book", Book),
            StudyRow.Of<BookNoLastRelu>("no-last-relu", Book),
            StudyRow.Of<BookNin>("he", Book with { Init = "he" }),
            StudyRow.Of<BookNin>("slow-last-block", Book with { LastRate = 0.1 }),
        ]),
    ]);

    static TrainingStudy Bottleneck { get; } = new(
        "bottleneck", "Exercise 4: what does it cost to reduce all channels to ten at once? (No ReLU before the loss, so that the question is this one alone.)",
    [
        new StudyScale("small", $"{Mini} (64 channels to 10), 10 epochs", Seeds: 5,
        [
            StudyRow.Of<MiniNoLastRelu>("at-once", Small),
            StudyRow.Of<MiniTwoSteps>("two-steps", Small),
            StudyRow.Of<MiniWideLast>("wide-last-block", Small),
        ]),
        new StudyScale("book", $"{Full} (384 channels to 10), 10 epochs", Seeds: 3,
        [
            StudyRow.Of<BookNoLastRelu>("at-once", Book),
            StudyRow.Of<BookTwoSteps>("two-steps", Book),
            StudyRow.Of<BookWideLast>("wide-last-block", Book),
        ]),
    ]);

    static ResourceStudy Resources { get; } = new(
        "resources", "Exercise 3: parameters, operations and memory, for one input channel and for the three that the book's figures were counted for.",
        [new ResourceScale("small", [1, 16]), new ResourceScale("book", [1, 128])],
    [
        ResourceRow.Of<BookNin>("one-channel"),
        // The book gives them in units of 2^20 and 2^30, and its bytes as a forward and a backward pass of the outputs of all layers.
        ResourceRow.Of<BookThreeChannels>("three-channels") with { Published = new PublishedCost(1.92 * (1 << 20), 1.55 * (1 << 30), 66.18 * (1 << 20), 33.09 * (1 << 20)) },
    ]);

    static TrainingStudy Recipes { get; } = new(
        "recipes", "What the presets quick and accurate reach. The small scale chooses by 5,000 held-out training images; the full one reports the test set.",
    [
        new StudyScale("small", "28 x 28, 5,000 images held out, 12,000 for training (all for quick), few epochs", Seeds: 1,
        [
            StudyRow.Of<Quick28>("quick-quick28", TrainSettings.Quick with { HoldOut = 5_000 }),
            StudyRow.Of<Slim28>("quick-slim28", TrainSettings.Quick with { HoldOut = 5_000 }, FashionMnist.Normalization),
            StudyRow.Of<Modern28>("accurate-modern28", ShortAccurate with { Epochs = 6 }),
            StudyRow.Of<Deep28>("accurate-deep28", ShortAccurate with { Epochs = 4 }, FashionMnist.Normalization),
        ]),
        new StudyScale("full", "28 x 28, 60,000 images, the presets as they are", Seeds: 3,
        [
            StudyRow.Of<Slim28>("quick", TrainSettings.Quick, FashionMnist.Normalization),
            StudyRow.Of<Deep28>("accurate", TrainSettings.Accurate, FashionMnist.Normalization),
        ]),
    ]);

    static TrainSettings ShortAccurate => TrainSettings.Accurate with { HoldOut = 5_000, Limit = 12_000 };
}
