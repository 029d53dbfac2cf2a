using Nin.TestKit;
using Nin.Training;

namespace Nin.Model.Tests.Networks;

/// <summary>Branches, dropout and normalisation on pixels so many that a part is few examples, and then few pixels.</summary>
[Network(3, 96, 96, Classes = 10)]
[Conv2d(16, Kernel = 3, Padding = 1)]
[BatchNorm2d]
[Relu]
[Conv2d(16, Kernel = 3, Padding = 1)]
[BatchNorm2d]
[Add(nameof(Norm2), nameof(Relu1))]
[Relu]
[Dropout(0.25)]
[Conv2d(16, Kernel = 3, Padding = 1, Stride = 2)]
[Conv2d(16, Kernel = 1, From = nameof(Conv3))]
[Concat(nameof(Conv3), nameof(Conv4))]
[MaxPool2d(8, Stride = 8)]
[Conv2d(48, Kernel = 3, Padding = 1)]
[Add(nameof(Conv5), nameof(Conv5))]
[GlobalAvgPool2d]
[Flatten]
[Linear(10)]
public sealed partial class ManyPixelsNet;

/// <summary>Large images run a few examples at a time on device <c>cpu</c>: the same bits, in less memory.</summary>
public sealed class InferencePartsTests : IDisposable
{
    const int Batch = 37;

    readonly Device device = Device.Open("cpu", threads: 2);

    public void Dispose() => device.Dispose();

    [Fact]
    public void Examples_have_the_bits_that_each_has_alone()
    {
        using var network = new ManyPixelsNet(device, seed: 3);
        using var images = Images(network, Batch);
        float[] together = network.Forward(images).ToArray();

        float[] pixels = images.Tensor.ToArray(Layout.Nchw);
        int length = pixels.Length / Batch;
        using var one = network.CreateInput(1);
        for (int i = 0; i < Batch; i++)
        {
            one.CopyFrom(pixels.AsSpan(i * length, length), Layout.Nchw);
            network.Forward(one).ToArray().Should().Equal(together[(10 * i)..(10 * i + 10)], $"of example {i}");
        }

        together.Chunk(10).Select(logits => logits[0]).Distinct().Should().HaveCount(Batch, "answers that are all the same prove nothing");
    }

    [Fact]
    public void Memory_is_that_of_a_part_and_of_what_the_others_read()
    {
        using var network = new ManyPixelsNet(device, seed: 3);
        using var images = Images(network, Batch);
        using var session = network.CreateSession(Batch);
        long planned = ManyPixelsNet.InferenceBytes(Batch) - ManyPixelsNet.InferenceBytes(1);
        session.PlanBytes.Should().BeLessThan(planned / 2);
        long before = session.PlanBytes;
        session.Forward(images);
        session.PlanBytes.Should().Be(before, "a call takes no more");
    }

    [Fact]
    public void A_call_allocates_nothing()
    {
        using var network = new ManyPixelsNet(device, seed: 3);
        using var images = Images(network, Batch);
        using var session = network.CreateSession(Batch);
        Allocations.OnThread(3, () => session.Forward(images)).Should().Be(0);
    }

    [Fact]
    public void Sessions_that_train_infer_in_parts_too()
    {
        using var network = new ManyPixelsNet(device, seed: 3);
        using var images = Images(network, Batch);
        using var sgd = new Sgd(network.Parameters, 0.05);
        using var session = network.CreateSession(Batch);
        session.TrainStep(images, RandomData.Labels(1, Batch, 10), sgd);
        using var fresh = network.CreateSession(Batch);
        session.Forward(images).ToArray().Should().Equal(fresh.Forward(images).ToArray());
    }

    static TensorBuffer<Chw<Dimensions.D3, Dimensions.D96, Dimensions.D96>> Images(ManyPixelsNet network, int batch)
    {
        var images = network.CreateInput(batch);
        images.CopyFrom(RandomData.Normal(5, (int)(batch * ManyPixelsNet.Architecture.Input.Length)), Layout.Nchw);
        return images;
    }
}
