using Nin.TestKit;
using Nin.Training;

namespace Nin.Model.Tests.Networks;

/// <summary>What generated straight-line code promises, on device <c>cpu</c>; one class per network derives from it.</summary>
public abstract class StraightLineTests<TNetwork, TIn, TOut> : IDisposable
    where TNetwork : Network<TIn, TOut>
    where TIn : struct, IShape
    where TOut : struct, IShape
{
    const int Batch = 11;
    const int Seed = 7;
    const int Steps = 3;

    readonly Device device = Device.Open("cpu", threads: 2);
    readonly Func<Device, int, TNetwork> create;
    readonly Func<int, long> trainingBytes;
    readonly Func<int, long> inferenceBytes;

    protected StraightLineTests(Func<Device, int, TNetwork> create, Func<int, long> trainingBytes, Func<int, long> inferenceBytes)
    {
        this.create = create;
        this.trainingBytes = trainingBytes;
        this.inferenceBytes = inferenceBytes;
    }

    static int Classes => TOut.Shape.Channels;

    public void Dispose()
    {
        device.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void Gradients_and_weights_equal_the_tapes_to_the_bit()
    {
        using var straight = create(device, Seed);
        using var taped = create(device, Seed);
        using var images = Images(straight);
        using var straightSgd = new Sgd(straight.Parameters, 0.05, momentum: 0.9);
        using var tapedSgd = new Sgd(taped.Parameters, 0.05, momentum: 0.9);
        using var tape = new Tape(device, Seed);
        for (int step = 0; step < Steps; step++)
        {
            int[] labels = RandomData.Labels(step, Batch, Classes);
            var loss = Loss.CrossEntropy(straight.ForwardTraining(images), labels);
            loss.Backward();
            if (step > 0) tape.Reset();
            var tapedLoss = Loss.CrossEntropy(Layerwise.Forward(taped, tape.Input(images.Tensor)), labels);
            tapedLoss.Backward();

            loss.Value.Should().Be(tapedLoss.Value);
            for (int i = 0; i < straight.Parameters.Count; i++)
                straight.Parameters[i].GradientToArray().Should().Equal(taped.Parameters[i].GradientToArray(), straight.Parameters[i].Name);
            straightSgd.Step();
            tapedSgd.Step();
        }

        ShouldBeEqual(straight, taped);
    }

    [Fact]
    public void The_inputs_gradient_equals_the_tapes_to_the_bit()
    {
        using var network = create(device, Seed);
        using var images = Images(network);
        var (taped, tapedParameters) = InputGradient(network, images, x => Layerwise.Forward(network, x));
        var (straight, straightParameters) = InputGradient(network, images, x => network.ForwardTraining(x.As<TIn>()));
        straight.Should().Equal(taped).And.Contain(g => g != 0);
        straightParameters.Should().Equal(tapedParameters);
    }

    [Fact]
    public void A_training_step_is_the_same_as_a_forward_pass_a_loss_and_a_backward_pass()
    {
        using var whole = create(device, Seed);
        using var parts = create(device, Seed);
        using var images = Images(whole);
        using var wholeSgd = new Sgd(whole.Parameters, 0.05, momentum: 0.9);
        using var partsSgd = new Sgd(parts.Parameters, 0.05, momentum: 0.9);
        for (int step = 0; step < Steps; step++)
        {
            int[] labels = RandomData.Labels(step, Batch, Classes);
            float value = whole.TrainStep(images, labels, wholeSgd);
            var loss = Loss.CrossEntropy(parts.ForwardTraining(images), labels);
            loss.Backward();
            partsSgd.Step();
            value.Should().Be(loss.Value);
        }

        ShouldBeEqual(whole, parts);
        whole.TrainingSteps.Should().Be(Steps);
    }

    [Fact]
    public void Every_weight_gets_a_gradient()
    {
        using var network = create(device, Seed);
        using var images = Images(network);
        Loss.CrossEntropy(network.ForwardTraining(images), RandomData.Labels(1, Batch, Classes)).Backward();
        foreach (var parameter in network.Parameters.Where(p => p.Spec.Role == ParameterRole.Weight))
            parameter.GradientToArray().Should().Contain(g => g != 0, parameter.Name).And.NotContain(g => float.IsNaN(g), parameter.Name);
    }

    [Fact]
    public void Memory_of_training_is_what_the_class_says()
    {
        using var network = create(device, Seed);
        using var images = Images(network);
        using var sgd = new Sgd(network.Parameters, 0.05);
        using var session = network.CreateSession(Batch);
        session.TrainStep(images, RandomData.Labels(1, Batch, Classes), sgd);
        network.Parameters.PrepackedBytes.Should().Be(0, "training meets each version of a weight once");
        (device.AllocatedBytes - Beside(network, session)).Should().Be(trainingBytes(Batch));
    }

    [Fact]
    public void Memory_of_inference_is_what_the_class_says()
    {
        using var network = create(device, Seed);
        using var images = Images(network);
        using var session = network.CreateSession(Batch);
        session.Forward(images);
        (device.AllocatedBytes - Beside(network, session)).Should().Be(inferenceBytes(Batch));
    }

    [Fact]
    public void A_training_step_allocates_nothing()
    {
        using var network = create(device, Seed);
        using var images = Images(network);
        using var sgd = new Sgd(network.Parameters, 0.05, momentum: 0.9);
        int[] labels = RandomData.Labels(1, Batch, Classes);
        Allocations.OnThread(10, () => network.TrainStep(images, labels, sgd)).Should().Be(0);
    }

    [Fact]
    public void A_forward_pass_goes_back_once()
    {
        using var network = create(device, Seed);
        using var images = Images(network);
        var loss = Loss.CrossEntropy(network.ForwardTraining(images), RandomData.Labels(1, Batch, Classes));
        loss.Backward();
        loss.Invoking(l => l.Backward()).Should().Throw<InvalidOperationException>().WithMessage("*call ForwardTraining again*");
    }

    [Fact]
    public void A_result_dies_at_the_next_step()
    {
        using var network = create(device, Seed);
        using var images = Images(network);
        var logits = network.Forward(images);
        float[] first = logits.ToArray(Layout.Nhwc);
        network.Forward(images).ToArray(Layout.Nhwc).Should().Equal(first);
        logits.Invoking(l => l.ToArray(Layout.Nhwc)).Should().Throw<InvalidOperationException>();
    }

    [Fact]
    public void Inference_does_not_depend_on_the_batch_around_an_example()
    {
        using var network = create(device, Seed);
        using var images = Images(network);
        float[] all = network.Forward(images).ToArray(Layout.Nhwc);
        network.Forward(images.Take(3)).ToArray(Layout.Nhwc).Should().Equal(all[..(3 * Classes)]);
    }

    (float[] Input, float[] Parameters) InputGradient(TNetwork network, TensorBuffer<TIn> images, Func<Traced, Traced> forward)
    {
        network.Parameters.ZeroGrad();
        using var tape = new Tape(device, Seed);
        var input = tape.Input((Tensor)images.Tensor, needsGradient: true);
        Loss.CrossEntropy(forward(input), RandomData.Labels(1, Batch, Classes)).Backward();
        return (input.Gradient.ToArray(Layout.Nhwc), [.. network.Parameters.SelectMany(p => p.GradientToArray())]);
    }

    static void ShouldBeEqual(TNetwork one, TNetwork other)
    {
        foreach (var parameter in one.Parameters)
            parameter.ToArray().Should().Equal(other.Parameters[parameter.Name].ToArray(), parameter.Name);
    }

    static TensorBuffer<TIn> Images(TNetwork network)
    {
        var images = network.CreateInput(Batch);
        images.CopyFrom(RandomData.Normal(5, (int)(Batch * TIn.Shape.Length)), Layout.Nchw);
        return images;
    }

    /// <summary>Bytes that no plan counts: the batch, workspace, and what ops derive from weights.</summary>
    static long Beside(TNetwork network, Session<TIn, TOut> session) =>
        session.WorkspaceBytes + network.Parameters.PrepackedBytes + Batch * TIn.Shape.Length * sizeof(float);
}
