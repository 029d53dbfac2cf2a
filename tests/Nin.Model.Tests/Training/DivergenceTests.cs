using Nin.Checkpoints;
using Nin.Data;
using Nin.Layers;
using Nin.Model.Tests.Data;
using Nin.Model.Tests.Networks;
using Nin.Training;

namespace Nin.Model.Tests.Training;

/// <summary>A step that is not finite stops the run, names the layer where it began, and spoils neither weights nor checkpoint.</summary>
[Collection(nameof(SharedDevices))]
public sealed class DivergenceTests(DeviceSet devices) : IDisposable
{
    // Four steps per epoch: the fault's step 5 is the second of epoch 2.
    static readonly TrainingData Data = new(SyntheticDataset.Create(32, 1, 12, 12, seed: 1), SyntheticDataset.Create(8, 1, 12, 12, seed: 2));

    static readonly TrainerOptions Options = new() { Epochs = 3, BatchSize = 8, LearningRate = 0.01, Seed = 3 };

    readonly TemporaryFolder folder = new();
    readonly Device device = Device.Open("cpu", threads: 2);

    public void Dispose()
    {
        device.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void A_users_layer_that_gives_nan_is_named_with_its_step()
    {
        using var net = new ForwardFaultNet(device, seed: 1);
        var exception = Diverges(net);
        (exception.Epoch, exception.Step, exception.Layer).Should().Be((2, 2, "Faulty"));
        exception.Message.Should().Match(
            "The loss is NaN in epoch 2, step 2: training has diverged. It began in layer Faulty (Custom<Faulty>), which made 20 of the 2,304 values of its output NaN or infinite " +
            "from finite inputs and weights. Start again*").And.NotContain("\n");
        ShouldHoldTheWeightsOfFiveSteps(net);
    }

    [Fact]
    public void A_gradient_that_is_not_finite_is_found_at_a_finite_loss_before_it_reaches_the_weights()
    {
        using var net = new BackwardFaultNet(device, seed: 1);
        var exception = Diverges(net);
        (exception.Epoch, exception.Step, exception.Layer).Should().Be((2, 2, "Faulty"));
        exception.Message.Should().Match("The loss is 1.* and its gradient not finite in epoch 2, step 2: *of its input's gradient NaN or infinite, on the way back*");
        ShouldHoldTheWeightsOfFiveSteps(net);
    }

    [Theory]
    [InlineData("Conv1.weight", "Conv1")]
    [InlineData("Block1.2.bias", "Block1")]
    [InlineData("Block1.4.weight", "Block1")]
    public void A_weight_that_is_infinite_is_named(string parameter, string layer)
    {
        using var net = new ForwardFaultNet(device, seed: 1);
        float[] values = net.Parameters[parameter].ToArray();
        values[1] = float.PositiveInfinity;
        net.Parameters[parameter].CopyFrom(values);
        var exception = Diverges(net);
        (exception.Epoch, exception.Step, exception.Layer).Should().Be((1, 1, layer));
        exception.Message.Should().Contain($"where 1 of the {values.Length} values of {parameter} are NaN or infinite");
    }

    [DeviceFact(DeviceKind.Emulator)]
    public void On_the_emulator_the_weights_stay_as_they_were() => KeepsItsWeights("emulator");

    [DeviceFact(DeviceKind.OpenCl)]
    public void On_opencl_the_weights_stay_as_they_were() => KeepsItsWeights("opencl:0");

    [DeviceFact(DeviceKind.Cuda)]
    public void On_cuda_the_weights_stay_as_they_were() => KeepsItsWeights("cuda:0");

    void KeepsItsWeights(string id)
    {
        using var net = new TinyNin(devices.Open(id), seed: 1);
        var poisoned = net.Parameters["Block2.0.weight"];
        float[] values = poisoned.ToArray();
        values[3] = float.NegativeInfinity;
        poisoned.CopyFrom(values);
        var before = net.Parameters.Where(p => p.Spec.IsTrainable).ToDictionary(p => p.Name, p => p.ToArray());
        var data = SyntheticDataset.Create(4, 1, 28, 28, seed: 1);
        FluentActions.Invoking(() => Trainer.Fit(net, new(data, data), Options with { BatchSize = 2 })).Should().Throw<DivergedException>()
            .Which.Layer.Should().Be("Block2");
        foreach (var (name, was) in before) net.Parameters[name].ToArray().Should().Equal(was, name);
    }

    [Fact]
    public void Images_that_are_not_finite_are_named()
    {
        using var net = new ForwardFaultNet(device, seed: 1);
        using var images = net.CreateInput(2);
        float[] pixels = new float[2 * 144];
        pixels[150] = float.NaN;
        images.CopyFrom(pixels, Layout.Nchw);
        using var sgd = new Sgd(net.Parameters, 0.1);
        net.TrainStep(images, [1, 2], sgd);
        Origin.Find(net, images.Tensor.Untyped, [1, 2], new CrossEntropyLoss()).Should().Be(
            new Origin(null, "the batch, where 1 of the 288 values of the images are NaN or infinite: check the data"));
    }

    [Fact]
    public void A_loss_that_is_not_finite_is_named()
    {
        using var net = new ForwardFaultNet(device, seed: 1);
        var exception = FluentActions.Invoking(() => Trainer.Fit(net, Data, Options with { Loss = new NanOfClass(4) })).Should().Throw<DivergedException>().Which;
        exception.Layer.Should().BeNull();
        exception.Message.Should().Contain("It began in the loss (NanOfClass)");
    }

    [Fact]
    public void The_last_checkpoint_stays_and_can_be_resumed()
    {
        using var net = new BackwardFaultNet(device, seed: 1);
        var options = Options with { CheckpointFolder = folder["checkpoint"] };
        FluentActions.Invoking(() => Trainer.Fit(net, Data, options)).Should().Throw<DivergedException>().WithMessage("*The last checkpoint is unchanged.*");
        TrainingCheckpoint.ReadState(folder["checkpoint"]).Epoch.Should().Be(1);
        using var resumed = new BackwardFaultNet(device, seed: 1);
        using var sgd = new Sgd(resumed.Parameters, 0.01, momentum: 0.9);
        TrainingCheckpoint.Load(folder["checkpoint"], resumed, sgd).Epoch.Should().Be(1);
        resumed.TrainingSteps.Should().Be(4);
    }

    [Fact]
    public void Frozen_parameters_are_not_looked_at()
    {
        using var net = new BackwardFaultNet(device, seed: 1);
        foreach (string name in new[] { "Conv1.weight", "Conv1.bias" }) net.Parameters[name].RequiresGradient = false;
        Trainer.Fit(net, Data, Options).Should().HaveCount(3);
    }

    [Fact]
    public void What_the_search_takes_is_given_back_and_running_statistics_are_kept()
    {
        using var net = new BackwardFaultNet(device, seed: 1);
        Diverges(net);
        device.AllocatedBytes.Should().Be(net.Parameters.Bytes + net.Parameters.PrepackedBytes);
        net.Parameters["Norm1.running_mean"].ToArray().Should().OnlyContain(v => float.IsFinite(v)).And.Contain(v => v != 0);
    }

    DivergedException Diverges(INetwork net) => FluentActions.Invoking(() => Trainer.Fit(net, Data, Options)).Should().Throw<DivergedException>().Which;

    void ShouldHoldTheWeightsOfFiveSteps(INetwork net)
    {
        using var whole = new NoFaultNet(device, seed: 1);
        using var stop = new CancellationTokenSource();
        FluentActions.Invoking(() => Trainer.Fit(whole, Data, Options, new Stopper(stop), stop.Token)).Should().Throw<OperationCanceledException>();
        foreach (var parameter in whole.Parameters.Where(p => p.Spec.IsTrainable)) net.Parameters[parameter.Name].ToArray().Should().Equal(parameter.ToArray(), parameter.Name);
    }

    sealed class Stopper(CancellationTokenSource stop) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value is { Epoch: 2, Batch: 1 }) stop.Cancel();
        }
    }

    sealed class NanOfClass(int wrong) : Loss
    {
        public override double Example(ReadOnlySpan<float> logits, int label, Span<float> gradient)
        {
            gradient.Clear();
            return label == wrong ? double.NaN : 0;
        }
    }
}

/// <summary>The identity, but for some NaNs, more than dropout drops, at one training step: in the output, or in the input's gradient.</summary>
public sealed class Faulty<TShape>(Device device, string name, int step, bool backward)
    : StepLayer<TShape, TShape, FaultyStep>(device, name, new FaultyStep(TShape.Shape, step, backward))
    where TShape : struct, IShape;

/// <inheritdoc cref="Faulty{TShape}"/>
public sealed class FaultyStep(Shape shape, int step, bool backward) : Step(shape, shape)
{
    protected override void InferCore(in Pass pass, DeviceView x, DeviceView y) => pass.Span(x)[..(int)(pass.Batch * Input.Length)].CopyTo(pass.Span(y));

    protected override void ForwardCore(in Pass pass, DeviceView x, DeviceView y, Saved saved)
    {
        InferCore(pass, x, y);
        if (pass.Step == step && !backward) pass.Span(y).Slice(7, 20).Fill(float.NaN);
    }

    protected override void BackwardCore(in Pass pass, in Operands o)
    {
        if (o.DX.IsNone) return;
        Span<float> dy = pass.Span(o.DY), dx = pass.Span(o.DX);
        for (int i = 0; i < pass.Batch * Input.Length; i++) dx[i] = o.Accumulate ? dx[i] + dy[i] : dy[i];
        if (pass.Step == step && backward) dx.Slice(7, 20).Fill(float.NaN);
    }
}

[Network(1, 12, 12, Classes = 10)]
[Conv2d(8, Kernel = 3, Stride = 2, Padding = 1)]
[BatchNorm2d]
[Custom(typeof(Faulty<>), 5, false, Name = "Faulty")]
[Dropout(0.25)]
[NinBlock(8, 8, 10, Kernel = 3, Padding = 1, LastRelu = false)]
[GlobalAvgPool2d]
[Flatten]
public sealed partial class ForwardFaultNet;

[Network(1, 12, 12, Classes = 10)]
[Conv2d(8, Kernel = 3, Stride = 2, Padding = 1)]
[Custom(typeof(Faulty<>), 5, true, Name = "Faulty")]
[BatchNorm2d]
[Dropout(0.25)]
[NinBlock(8, 8, 10, Kernel = 3, Padding = 1, LastRelu = false)]
[GlobalAvgPool2d]
[Flatten]
public sealed partial class BackwardFaultNet;

[Network(1, 12, 12, Classes = 10)]
[Conv2d(8, Kernel = 3, Stride = 2, Padding = 1)]
[BatchNorm2d]
[Custom(typeof(Faulty<>), -1, false, Name = "Faulty")]
[Dropout(0.25)]
[NinBlock(8, 8, 10, Kernel = 3, Padding = 1, LastRelu = false)]
[GlobalAvgPool2d]
[Flatten]
public sealed partial class NoFaultNet;
