using Nin.Model.Tests.Networks;
using Nin.TestKit;
using Nin.Training;

namespace Nin.Samples.Tests;

/// <summary>A declared network that holds a layer from outside the library.</summary>
[Collection(nameof(SharedDevices))]
public sealed class NormNetTests(DeviceSet devices)
{
    const int Batch = 7;

    [Theory, MemberData(nameof(Devices.Present), MemberType = typeof(Devices))]
    public void It_learns_a_batch(string id)
    {
        var device = devices.Open(id);
        using var net = new NormNet(device, seed: 3);
        using var images = Images(net);
        using var sgd = new Sgd(net.Parameters, 0.1, momentum: 0.9);
        int[] labels = RandomData.Labels(1, Batch, 4);
        float first = net.TrainStep(images, labels, sgd), last = first;
        for (int i = 0; i < 12; i++) last = net.TrainStep(images, labels, sgd);
        last.Should().BeLessThan(first / 2);
    }

    [Fact]
    public void Its_gradients_are_those_of_its_layers_on_a_tape_to_the_bit()
    {
        using var device = Device.Open("cpu", threads: 2);
        using NormNet straight = new(device, seed: 3), taped = new(device, seed: 3);
        using var images = Images(straight);
        int[] labels = RandomData.Labels(1, Batch, 4);
        Loss.CrossEntropy(straight.ForwardTraining(images), labels).Backward();
        using var tape = new Tape(device);
        var norm = taped.Norm.Forward(taped.Relu1.Forward(taped.Conv1.Forward(tape.Input(images.Tensor))));
        Loss.CrossEntropy(taped.Linear1.Forward(taped.Flatten1.Forward(taped.Pool1.Forward(norm))), labels).Backward();
        for (int i = 0; i < straight.Parameters.Count; i++)
            straight.Parameters[i].GradientToArray().Should().Equal(taped.Parameters[i].GradientToArray()).And.Contain(g => g != 0);
    }

    static TensorBuffer<Chw<Dimensions.D1, Dimensions.D10, Dimensions.D9>> Images(NormNet net)
    {
        var images = net.CreateInput(Batch);
        images.CopyFrom(RandomData.Normal(5, Batch * 90), Layout.Nchw);
        return images;
    }
}
