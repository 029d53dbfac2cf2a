using Nin.Data;
using Nin.Model.Tests.Data;
using Nin.Model.Tests.Networks;
using Nin.TestKit;
using Nin.Training;

namespace Nin.Model.Tests.Training;

/// <summary>What frozen layers give is kept from epoch to epoch: they run once, and no bit differs.</summary>
public sealed class FrozenFeaturesTests : IDisposable
{
    const int Training = 30, Test = 14, Epochs = 4;

    static readonly TrainingData Data = new(SyntheticDataset.Create(Training, 1, 12, 12, seed: 1), SyntheticDataset.Create(Test, 1, 12, 12, seed: 2))
    {
        Validation = SyntheticDataset.Create(Test, 1, 12, 12, seed: 3),
    };

    static readonly TrainerOptions Options = new() { Epochs = Epochs, BatchSize = 8, LearningRate = 0.05, Seed = 3 };

    readonly Device device = Device.Open("cpu", threads: 2);

    public void Dispose() => device.Dispose();

    // Images that are black after the first time they are read: only who keeps what the body gave for them learns from them any more.
    static TrainingData Once => Data with { Training = OnceImages.Of(Data.Training), Test = OnceImages.Of(Data.Test!), Validation = OnceImages.Of(Data.Validation!) };

    [Theory, InlineData("cpu"), InlineData("emulator")]
    public void Frozen_layers_see_an_image_once_and_the_run_has_the_same_bits(string id)
    {
        using var other = Device.Open(id, threads: 2);
        using var kept = new HalfFrozenNet(other, seed: 1);
        using var plain = new HalfFrozenNet(other, seed: 1);
        Fit(kept, Once, Options).Should().Equal(Fit(plain, Data, Options with { FrozenFeatureBytes = 0 }));
        Values(kept).Should().Equal(Values(plain));
    }

    [Fact]
    public void Averaged_weights_leave_what_is_frozen_alone()
    {
        using var kept = new HalfFrozenNet(device, seed: 1);
        using var plain = new HalfFrozenNet(device, seed: 1);
        var options = Options with { Optimizer = p => new Sgd(p, 0.05, momentum: 0.9) { AverageDecay = 0.9 } };
        Fit(kept, Once, options).Should().Equal(Fit(plain, Data, options with { FrozenFeatureBytes = 0 }));
    }

    [Fact]
    public void Images_that_are_varied_are_computed_anew_and_those_of_tests_are_kept()
    {
        using var kept = new HalfFrozenNet(device, seed: 1);
        using var plain = new HalfFrozenNet(device, seed: 1);
        var varied = Data with { Augmentation = Augmentation.Flip };
        Fit(kept, varied with { Test = Once.Test, Validation = Once.Validation }, Options).Should().Equal(Fit(plain, varied, Options with { FrozenFeatureBytes = 0 }));
    }

    [Fact]
    public void A_change_of_a_frozen_weight_or_of_what_is_frozen_forgets_them()
    {
        using var kept = new HalfFrozenNet(device, seed: 1);
        using var plain = new HalfFrozenNet(device, seed: 1);
        // After the second epoch a frozen weight is written, after the third the body trains.
        List<EpochMetrics> Run(HalfFrozenNet net, long bytes) => Fit(net, Data, Options with { FrozenFeatureBytes = bytes }, epoch =>
        {
            if (epoch == 2) net.Parameters["Body.weight"].CopyFrom(RandomData.Normal(9, (int)net.Parameters["Body.weight"].Length));
            if (epoch == 3) net.Unfreeze("Body");
        });
        Run(kept, bytes: 1 << 20).Should().Equal(Run(plain, bytes: 0));
        Values(kept).Should().Equal(Values(plain));
    }

    [Fact]
    public void Where_they_do_not_fit_nothing_is_kept()
    {
        using var net = new HalfFrozenNet(device, seed: 1);
        using var plain = new HalfFrozenNet(device, seed: 1);
        // Two values an image, the size of one of them.
        var options = Options with { FrozenFeatureBytes = 8 * 6 * 6 * sizeof(float) * Training };
        Fit(net, Data with { Training = Once.Training }, options).Should().NotEqual(Fit(plain, Data, options), "black images are computed anew");
    }

    static float[] Values(HalfFrozenNet net) => [.. net.Parameters.SelectMany(p => p.ToArray())];

    static List<EpochMetrics> Fit(HalfFrozenNet net, TrainingData data, TrainerOptions options, Action<int>? after = null)
    {
        net.FreezeBefore(nameof(net.Head));
        var epochs = Trainer.Fit(net, data, options, new Listener(after));
        return [.. epochs.Select(e => e with { ExamplesPerSecond = 0 })];
    }

    sealed class Listener(Action<int>? after) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Completed is { } epoch) after?.Invoke(epoch.Epoch);
        }
    }
}

/// <summary>Images that are black whenever they are read again.</summary>
sealed class OnceImages(ImageDataset images) : IImageSource
{
    readonly bool[] read = new bool[images.Count];

    public int Count => images.Count;

    public static ImageDataset Of(ImageDataset images) =>
        new(new OnceImages(images), images.Labels.ToArray(), images.Channels, images.Height, images.Width, images.ClassNames);

    public ReadOnlySpan<byte> Image(int index) =>
        Interlocked.Exchange(ref read[index], true) ? new byte[images.Channels * images.Height * images.Width] : images.Image(index);
}

/// <summary>Two values of the body are read by the layers after it.</summary>
[Network(1, 12, 12, Classes = 10)]
[Conv2d(16, Kernel = 3, Padding = 1)]
[BatchNorm2d]
[MaxPool2d(2)]
[Conv2d(8, Kernel = 3, Padding = 1, Name = "Body")]
[Tanh]
[Conv2d(8, Kernel = 3, Padding = 1, Name = "Head")]
[Add("Head", "Body")]
[Dropout(0.25)]
[NinBlock(8, 8, 10, Kernel = 3, Padding = 1, LastRelu = false)]
[GlobalAvgPool2d]
[Flatten]
public sealed partial class HalfFrozenNet;
