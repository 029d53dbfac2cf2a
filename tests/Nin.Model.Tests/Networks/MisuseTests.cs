using Nin.Dimensions;
using Nin.TestKit;
using Nin.Training;

namespace Nin.Model.Tests.Networks;

/// <summary>Mistakes with networks and sessions say what was wrong and how to fix it.</summary>
public sealed class MisuseTests : IDisposable
{
    const int Batch = 2;

    readonly Device device = Device.Open("cpu", threads: 2);

    public void Dispose() => device.Dispose();

    [Fact]
    public void An_optimizer_of_another_network_trains_nothing()
    {
        using var network = new TinyNin(device, seed: 1);
        using var other = new TinyNin(device, seed: 2);
        using var images = network.CreateInput(Batch);
        using var sgd = new Sgd(other.Parameters, 0.1);
        network.Invoking(n => n.TrainStep(images, RandomData.Labels(1, Batch, 10), sgd))
            .Should().Throw<ArgumentException>().WithMessage("*another network*Parameters*").WithParameterName("optimizer");
        network.TrainingSteps.Should().Be(0);
    }

    [Theory]
    [InlineData(new[] { 1 })]
    [InlineData(new[] { 1, 10 })]
    [InlineData(new[] { 1, -1 })]
    public void Labels_that_do_not_fit_change_nothing(int[] labels)
    {
        using var network = new TinyNin(device, seed: 1);
        using var images = network.CreateInput(Batch);
        images.CopyFrom(RandomData.Normal(5, Batch * 28 * 28), Layout.Nchw);
        using var sgd = new Sgd(network.Parameters, 0.1);
        float[][] before = [.. network.Parameters.Select(p => p.ToArray())];
        network.Invoking(n => n.TrainStep(images, labels, sgd)).Should().Throw<ArgumentException>().WithParameterName(nameof(labels));
        network.TrainingSteps.Should().Be(0);
        foreach (var (parameter, old) in network.Parameters.Zip(before)) parameter.ToArray().Should().Equal(old, parameter.Name);
    }

    [Fact]
    public void A_layer_on_a_tape_takes_a_value_of_its_shape_alone()
    {
        using var network = new TinyNin(device, seed: 1);
        using var images = network.CreateInput(Batch);
        images.CopyFrom(RandomData.Normal(5, Batch * 28 * 28), Layout.Nchw);
        using var tape = new Tape(device);
        Traced input = tape.Input(images.Tensor).Untyped;
        var block = network.Block1.ForwardUntyped(input);
        block.Untyped.Value.ToArray(Layout.Nhwc).Should().Equal(network.Block1.Forward(tape.Input(images.Tensor)).Untyped.Value.ToArray(Layout.Nhwc));
        network.Invoking(n => n.Block1.ForwardUntyped(block.Untyped)).Should().Throw<ArgumentException>()
            .WithMessage($"Block1 takes 1x28x28, not {block.Untyped.Value.Shape}.*").WithParameterName("x");
    }

    [Fact]
    public void A_session_given_back_stays_so()
    {
        using var network = new TinyNin(device, seed: 1);
        using var images = network.CreateInput(Batch);
        var session = network.CreateSession(Batch);
        session.Dispose();
        long before = device.AllocatedBytes;
        session.Invoking(s => s.Forward(images)).Should().Throw<ObjectDisposedException>()
            .WithMessage("This session was disposed*CreateSession*").Which.ObjectName.Should().Be("Session");
        device.AllocatedBytes.Should().Be(before);
    }

    [Fact]
    public void A_network_given_back_says_its_name_from_wherever_it_is_used()
    {
        using var other = new TinyNin(device, seed: 1);
        using var images = other.CreateInput(Batch);
        var network = new TinyNin(device, seed: 1);
        using var session = network.CreateSession(Batch);
        using var sgd = new Sgd(network.Parameters, 0.1);
        int[] labels = RandomData.Labels(1, Batch, 10);
        network.Dispose();
        long before = device.AllocatedBytes;
        Action[] uses =
        [
            () => network.Forward(images), () => network.ForwardTraining(images), () => network.TrainStep(images, labels, sgd),
            () => network.CreateSession(Batch), () => session.Forward(images), () => session.TrainStep(images, labels, sgd),
        ];
        foreach (var use in uses)
        {
            use.Should().Throw<ObjectDisposedException>().WithMessage("The network TinyNin was disposed*load it again*")
                .Which.ObjectName.Should().Be("TinyNin");
        }

        foreach (var use in new Action[] { () => network.Parameters[0].ToArray(), sgd.Step })
            use.Should().Throw<ObjectDisposedException>().WithMessage("*the network*disposed*").Which.ObjectName.Should().Be("ParameterSet");
        device.AllocatedBytes.Should().Be(before);
    }

    [Fact]
    public void A_buffer_given_back_says_what_it_was()
    {
        using var network = new TinyNin(device, seed: 1);
        var images = network.CreateInput(Batch);
        images.Dispose();
        network.Invoking(n => n.Forward(images)).Should().Throw<ObjectDisposedException>().Which.ObjectName.Should().Be("TensorBuffer");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    public void Bytes_of_an_empty_batch_are_no_number(int batch)
    {
        foreach (var bytes in new Func<int, long>[] { TinyNin.TrainingBytes, TinyNin.InferenceBytes, TinyNin.ActivationBytes })
        {
            bytes.Invoking(b => b(batch)).Should().Throw<ArgumentOutOfRangeException>()
                .WithMessage("A batch must have 1 example or more.*").WithParameterName(nameof(batch)).Which.ActualValue.Should().Be(batch);
        }
    }

    [Fact]
    public void A_batch_on_another_device_of_the_same_name_is_refused()
    {
        using var second = Device.Open("cpu", threads: 1);
        using var network = new TinyNin(device, seed: 1);
        using var images = new TensorBuffer<Chw<D1, D28, D28>>(second, Batch);
        network.Invoking(n => n.Forward(images)).Should().Throw<ArgumentException>().WithMessage("*another*CreateInput*");
    }
}
