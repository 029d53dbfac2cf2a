using Nin.Ops;
using Nin.TestKit;

namespace Nin.Model.Tests.Networks;

/// <summary>Steps whose shapes are known only at run time train on a tape and infer fused in planned memory.</summary>
public sealed class StepNetworkTests : IDisposable
{
    static readonly Shape Input = new(3, 9, 7), Middle = new(8, 9, 7);

    readonly Device device = Device.Open("cpu");
    readonly ParameterSet parameters;
    readonly ConvolutionStep convolution;
    readonly BatchNormStep normalization;
    readonly ActivationStep<Relu> activation = new(Middle);
    readonly AvgPoolStep pooling = new(PoolSizes.Global(Middle));
    readonly float[] images;

    public StepNetworkTests()
    {
        parameters = new ParameterSet(device,
        [
            new("Conv.weight", ParameterRole.Weight, 8, 3, 3, 3), new("Conv.bias", ParameterRole.Bias, 8),
            new("Norm.weight", ParameterRole.Scale, 8), new("Norm.bias", ParameterRole.Shift, 8),
            new("Norm.running_mean", ParameterRole.RunningMean, 8), new("Norm.running_var", ParameterRole.RunningVariance, 8),
        ]);
        var random = new Random(3);
        images = [.. Enumerable.Range(0, (int)(4 * Input.Length)).Select(_ => (float)random.NextDouble() - 0.5f)];
        foreach (var parameter in parameters) parameter.CopyFrom([.. Enumerable.Range(0, (int)parameter.Length).Select(_ => (float)random.NextDouble() + (parameter.Length == 8 ? 0.5f : -0.5f))]);
        convolution = new ConvolutionStep(new Conv2dSizes(3, 9, 7, 8, Kernel: 3, Padding: 1), Middle, parameters["Conv.weight"], parameters["Conv.bias"], relu: false);
        normalization = new BatchNormStep(Middle, new BatchNormalization(parameters, "Norm"), relu: false);
    }

    [Fact]
    public void What_is_fused_gives_what_its_steps_give_one_by_one()
    {
        using var network = Build();

        float[] apart = images;
        foreach (Step step in (Step[])[convolution, normalization, activation, pooling])
        {
            var alone = new StepNetworkBuilder(step.Input);
            alone.Add(step, StepNetworkBuilder.NetworkInput);
            // Not disposed: it would free the parameters that all share.
            apart = alone.Build(parameters).Run(apart, Layout.Nchw);
        }

        float[] fused = network.Run(images, Layout.Nchw);
        fused.Should().HaveCount(4 * 8);
        for (int i = 0; i < fused.Length; i++) fused[i].Should().BeApproximately(apart[i], 1e-5f);
    }

    [Fact]
    public void Large_images_run_in_parts_with_the_bits_that_each_has_alone()
    {
        const int batch = 29;
        Shape input = new(3, 128, 128), large = new(8, 128, 128);
        var builder = new StepNetworkBuilder(input);
        int x = builder.Add(new ConvolutionStep(new Conv2dSizes(3, 128, 128, 8, Kernel: 3, Padding: 1), large, parameters["Conv.weight"], parameters["Conv.bias"], relu: false), StepNetworkBuilder.NetworkInput);
        builder.Add(new AvgPoolStep(PoolSizes.Global(large)), x);
        // Not disposed: it would free the parameters that all share.
        var network = builder.Build(parameters);
        float[] pixels = RandomData.Normal(4, batch * (int)input.Length);

        float[] together = network.Run(pixels, Layout.Nchw);
        for (int i = 0; i < batch; i++)
            network.Run(pixels.AsSpan(i * (int)input.Length, (int)input.Length), Layout.Nchw).Should().Equal(together[(8 * i)..(8 * i + 8)], $"of example {i}");

        using var session = network.CreateSession(batch);
        session.PlanBytes.Should().BeLessThan(batch * sizeof(float) * large.Length / 2, "a part alone needs its activations");
    }

    [Fact]
    public void They_train_on_a_tape()
    {
        using var tape = new Tape(device);
        using var optimizer = new Nin.Training.Sgd(parameters, learningRate: 0.5);
        using var batch = new TensorBuffer(device, 4, Input);
        List<float> losses = [];
        for (int step = 0; step < 200; step++)
        {
            tape.Reset();
            var x = tape.Input(batch.CopyFrom(images, 4, Layout.Nchw));
            var loss = Loss.CrossEntropy(tape.Apply(pooling, tape.Apply(activation, tape.Apply(normalization, tape.Apply(convolution, x)))), [0, 1, 2, 3]);
            loss.Backward();
            losses.Add(loss.Value);
            optimizer.Step();
        }

        losses[^1].Should().BeLessThan(0.5f * losses[0]);
    }

    [Fact]
    public void A_value_of_another_shape_and_one_that_is_not_there_are_refused()
    {
        var builder = new StepNetworkBuilder(Input);
        int x = builder.Add(convolution, StepNetworkBuilder.NetworkInput);

        FluentActions.Invoking(() => builder.Add(pooling, StepNetworkBuilder.NetworkInput)).Should().Throw<ArgumentException>().WithMessage("The step takes 8x9x7, and value -1 is 3x9x7.*");
        FluentActions.Invoking(() => builder.Add(new AddStep(Middle, 2), x)).Should().Throw<ArgumentException>().WithMessage("The step takes 2 inputs, not 1.*");
        FluentActions.Invoking(() => builder.Add(pooling, 7)).Should().Throw<ArgumentException>().WithMessage("Values are -1, the network's input, to 0, the last step's.*");
        FluentActions.Invoking(() => new StepNetworkBuilder(Input).Build(parameters)).Should().Throw<InvalidOperationException>();
    }

    [Fact]
    public void A_session_takes_its_own_shape_alone_and_grows_with_the_batch()
    {
        using var network = Build();
        using var session = network.CreateSession(maxBatch: 1);
        using var batch = new TensorBuffer(device, 4, Input);
        using var other = new TensorBuffer(device, 1, Middle);

        session.Forward(batch.CopyFrom(images, 4, Layout.Nchw)).ToArray(Layout.Nchw).Should().Equal(network.Run(images, Layout.Nchw));
        session.MaxBatch.Should().Be(4);
        FluentActions.Invoking(() => session.Forward(other)).Should().Throw<ArgumentException>().WithMessage("network takes 3x9x7, not 8x9x7.*");
    }

    public void Dispose()
    {
        parameters.Dispose();
        device.Dispose();
    }

    StepNetwork Build()
    {
        var builder = new StepNetworkBuilder(Input);
        builder.Add(pooling, builder.Add(activation, builder.Add(normalization, builder.Add(convolution, StepNetworkBuilder.NetworkInput))));
        return builder.Build(parameters);
    }
}
