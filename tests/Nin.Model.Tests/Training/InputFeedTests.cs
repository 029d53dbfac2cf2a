using Nin.Data;
using Nin.Dimensions;
using Nin.Model.Tests.Networks;
using Nin.Training;

namespace Nin.Model.Tests.Training;

/// <summary>Batches that reach a device while it computes, against batches that are copied when it has nothing to do.</summary>
[Collection(nameof(SharedDevices))]
public sealed class InputFeedTests(DeviceSet devices)
{
    const int Epochs = 2;

    public static TheoryData<string, int> DevicesAndPrefetch
    {
        get
        {
            var cases = new TheoryData<string, int>();
            foreach (string id in QueueTests.DeviceIds)
            {
                cases.Add(id, 0);
                cases.Add(id, 3);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(DevicesAndPrefetch))]
    public void Uploads_beside_the_steps_give_the_bits_of_copies_between_them(string id, int prefetch)
    {
        var device = devices.Open(id);
        Fed(device, prefetch).Should().Equal(Plain(device));
    }

    [Theory]
    [MemberData(nameof(DevicesAndPrefetch))]
    public void A_feed_gives_its_memory_back(string id, int prefetch)
    {
        var device = devices.Open(id);
        long before = device.AllocatedBytes;
        Fed(device, prefetch);
        device.AllocatedBytes.Should().Be(before);
    }

    [Theory]
    [MemberData(nameof(QueueTests.Devices), MemberType = typeof(QueueTests))]
    public void Evaluation_does_not_depend_on_the_batch_size(string id)
    {
        using var net = new QueueNet(devices.Open(id), seed: 1);
        var data = Data(net.Device);
        var want = Evaluation.Run(net, data, batchSize: data.Count);
        var got = Evaluation.Run(net, data, batchSize: 3);
        got.Loss.Should().Be(want.Loss);
        got.Accuracy.Should().Be(want.Accuracy);
    }

    static float[] Fed(Device device, int prefetch)
    {
        using var net = new QueueNet(device, seed: 1);
        using var session = net.CreateSession(1);
        using var sgd = new Sgd(net.Parameters, 0.01, momentum: 0.9);
        using var feed = new InputFeed(net, Loader(device, prefetch));
        for (int epoch = 0; epoch < Epochs; epoch++)
        {
            foreach (var batch in feed.Epoch(epoch, firstBatch: 0, CancellationToken.None))
                session.QueueTrainStep(feed.On(batch).As<Chw<D3, D20, D18>>(), batch.Labels, sgd);
        }

        return [.. net.Parameters.SelectMany(p => p.ToArray())];
    }

    static float[] Plain(Device device)
    {
        using var net = new QueueNet(device, seed: 1);
        using var session = net.CreateSession(1);
        using var sgd = new Sgd(net.Parameters, 0.01, momentum: 0.9);
        var loader = Loader(device, prefetch: 0);
        using var images = net.CreateInput(loader.BatchSize);
        for (int epoch = 0; epoch < Epochs; epoch++)
        {
            foreach (var batch in loader.Epoch(epoch))
            {
                session.TrainStep(images.CopyFrom(batch.Images, batch.Count, Layout.Nchw), batch.Labels, sgd);
                device.Synchronize();
            }
        }

        return [.. net.Parameters.SelectMany(p => p.ToArray())];
    }

    // The last batch is smaller.
    static DataLoader Loader(Device device, int prefetch) => new(
        Data(device), new DataLoaderOptions { BatchSize = Load.IsSlow(device) ? 3 : 20, Shuffle = true, Prefetch = prefetch });

    static ImageDataset Data(Device device)
    {
        int count = Load.IsSlow(device) ? 8 : 250;
        byte[] pixels = new byte[count * 3 * 20 * 18];
        new Random(3).NextBytes(pixels);
        return new ImageDataset(pixels, Enumerable.Range(0, count).Select(i => i % 6).ToArray(), 3, 20, 18, ["a", "b", "c", "d", "e", "f"]);
    }
}
