using Nin.Training;

namespace Nin.Model.Tests.Networks;

/// <summary>
/// Sessions queue their work beside each other on every accelerator of this machine. What they share is kept in order by the device, so that
/// nothing waits and all numbers are those of one after the other.
/// </summary>
[Collection(nameof(SharedDevices))]
public sealed class QueueTests(DeviceSet devices)
{
    public static TheoryData<string> Devices => [.. DeviceIds];

    internal static IEnumerable<string> DeviceIds => DeviceDiscovery.List().Where(d => d.Missing is null).Select(d => d.Id);

    [Theory]
    [MemberData(nameof(Devices))]
    public void Sessions_on_two_threads_give_the_same_bits_as_one_after_the_other(string id)
    {
        var load = new Load(devices.Open(id));
        using var net = new QueueNet(load.Device, seed: 1);
        float[][] want = load.Serve(net, 0, load.Rounds), got = new float[load.Rounds][];
        int half = load.Rounds / 2;
        Parallel.Invoke(
            () => load.Serve(net, 0, half).CopyTo(got, 0),
            () => load.Serve(net, half, load.Rounds - half).CopyTo(got, half));
        for (int i = 0; i < got.Length; i++) got[i].Should().Equal(want[i], "round {0}", i);
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void Networks_that_train_on_two_threads_give_the_same_bits_as_alone(string id)
    {
        var load = new Load(devices.Open(id));
        float[] want = load.Train(seed: 1), other = load.Train(seed: 2);
        var got = new float[2][];
        Parallel.For(0, 2, i => got[i] = load.Train(seed: i + 1));
        got[0].Should().Equal(want);
        got[1].Should().Equal(other);
        want.Should().NotEqual(other);
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void Queued_steps_are_the_steps_that_wait(string id)
    {
        var load = new Load(devices.Open(id));
        load.Weights(waits: false).Should().Equal(load.Weights(waits: true));
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void Another_session_reads_what_a_queued_step_writes(string id)
    {
        var load = new Load(devices.Open(id));
        load.Between(waits: false).Should().Equal(load.Between(waits: true));
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void The_tape_and_layers_come_behind_queued_steps(string id)
    {
        var load = new Load(devices.Open(id));
        load.ByHand(waits: false).Should().Equal(load.ByHand(waits: true));
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void A_step_waits_only_to_read_its_loss_and_takes_no_memory(string id)
    {
        var load = new Load(devices.Open(id));
        var device = load.Device;
        using var net = new QueueNet(device, seed: 1);
        using var session = net.CreateSession(load.Batch);
        using var sgd = new Sgd(net.Parameters, 0.01, momentum: 0.9);
        using var images = load.Input(net, 0);
        session.TrainStep(images, load.Labels(0), sgd);
        long memory = device.AllocatedBytes + device.CachedBytes, waits = Waits(device);

        for (int i = 0; i < 10; i++) session.QueueTrainStep(images, load.Labels(i), sgd);
        Waits(device).Should().Be(waits);
        session.ReadLoss().Should().BePositive();
        for (int i = 0; i < 9; i++) session.TrainStep(images, load.Labels(i), sgd);
        Waits(device).Should().Be(device.Kind == DeviceKind.Cpu ? 0 : waits + 10);

        for (int i = 0; i < 20; i++) session.QueueTrainStep(images, load.Labels(i), sgd);
        session.ReadLoss();
        (device.AllocatedBytes + device.CachedBytes).Should().Be(memory);
    }

    [Fact]
    public void A_loss_is_read_once_and_only_behind_a_training_step()
    {
        var load = new Load(devices.Open("cpu"));
        using var net = new QueueNet(load.Device);
        using var session = net.CreateSession(load.Batch);
        using var sgd = new Sgd(net.Parameters, 0.01);
        using var images = load.Input(net, 0);
        session.Invoking(s => s.ReadLoss()).Should().Throw<InvalidOperationException>().WithMessage("*Call QueueTrainStep first*");
        session.QueueTrainStep(images, load.Labels(0), sgd);
        session.Forward(images);
        session.Invoking(s => s.ReadLoss()).Should().Throw<InvalidOperationException>();
        session.TrainStep(images, load.Labels(0), sgd);
        session.Invoking(s => s.ReadLoss()).Should().Throw<InvalidOperationException>();
    }

    static long Waits(Device device) => device is AcceleratorDevice accelerator ? accelerator.Waits : 0;
}
