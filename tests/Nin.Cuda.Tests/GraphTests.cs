using Nin.Data;
using Nin.Distributed.Tests;
using Nin.Kernels.Tests.Conformance;
using Nin.Ops;
using Nin.TestKit;
using Nin.Training;

namespace Nin.Cuda.Tests;

/// <summary>Passes whose launches are replayed as graphs compute what they compute launch by launch, to the bit, whatever changes between them.</summary>
public sealed class GraphTests : IDisposable
{
    const int Steps = 20, Batch = 4, Short = 3;

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(CudaGraphs.Variable, null);
        SimulatedDriver.LimitGraphCalls(-1);
    }

    [SimulatedTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Twenty_steps_with_dropout_a_schedule_short_batches_and_freezing_have_the_same_bits(bool adam)
    {
        var (expected, none) = Train<TinyNet>(Open(graphs: false), adam);
        none.Should().BeNull();
        var (values, graphs) = Train<TinyNet>(Open(), adam);
        values.Should().Equal(expected);
        graphs!.Replayed.Should().BeGreaterThan(Steps / 2);
        graphs.Refused.Should().Be(0);
    }

    [SimulatedFact]
    public void Twenty_steps_with_normalisation_have_the_same_bits()
    {
        var (expected, _) = Train<TinyNormNet>(Open(graphs: false), adam: false);
        var (values, graphs) = Train<TinyNormNet>(Open(), adam: false);
        values.Should().Equal(expected);
        graphs!.Replayed.Should().BeGreaterThan(Steps / 2);
    }

    [SimulatedFact]
    public void A_step_is_two_graphs_around_the_upload_of_its_labels_and_the_update_where_the_rate_varies()
    {
        using var device = Open();
        using var net = new TinyNormNet(device, seed: 1);
        using var sgd = new Sgd(net.Parameters, 0.1, momentum: 0.9);
        using var images = net.CreateInput(Batch);
        images.CopyFrom(Images(0, Batch), Layout.Nchw);
        var calls = new List<(long Launches, long Graphs)>();
        int launches = SimulatedDriver.Launched(Step).Length;
        for (int i = 0; i < 6; i++)
        {
            sgd.LearningRate = 0.1 / (i + 2);
            var before = SimulatedDriver.Calls();
            Step();
            var after = SimulatedDriver.Calls();
            calls.Add((after.Launches - before.Launches, after.Graphs - before.Graphs));
        }

        // In the first step memory grows, the second is listed, the third compared and recorded.
        launches.Should().BeGreaterThan(30);
        calls.Should().Equal((launches, 0), (launches, 0), (1, 2), (1, 2), (1, 2), (1, 2));
        SimulatedDriver.Launched(Step).Should().HaveCount(launches, "the device runs all of them");

        void Step() => net.TrainStep(images, Labels(0, Batch), sgd);
    }

    [SimulatedFact]
    public void A_step_that_is_replayed_allocates_no_more_than_its_copies_do()
    {
        long copies = Allocated(Open(graphs: false));
        Allocated(Open()).Should().BeLessThanOrEqualTo(copies);

        static long Allocated(Device opened)
        {
            using var device = opened;
            using var net = new TinyNormNet(device, seed: 1);
            using var sgd = new Sgd(net.Parameters, 0.01);
            using var images = net.CreateInput(1);
            images.CopyFrom(Images(0, 1), Layout.Nchw);
            int[] labels = Labels(0, 1);
            for (int i = 0; i < 5; i++) net.TrainStep(images, labels, sgd);
            return Allocations.OnThread(1, () => net.TrainStep(images, labels, sgd));
        }
    }

    [SimulatedFact]
    public void Inference_has_the_same_bits_also_when_weights_inputs_and_batches_change()
    {
        float[] expected = Infer(Open(graphs: false), out _), values = Infer(Open(), out long replayed);
        values.Should().Equal(expected);
        replayed.Should().BePositive();

        static float[] Infer(Device opened, out long replayed)
        {
            using var device = opened;
            using var net = new TinyNet(device, seed: 1);
            using var session = net.CreateSession(1);
            var values = new List<float>();
            using var first = net.CreateInput(Batch);
            using var second = net.CreateInput(Batch);
            first.CopyFrom(Images(1, Batch), Layout.Nchw);
            second.CopyFrom(Images(2, Batch), Layout.Nchw);
            for (int i = 0; i < 16; i++)
            {
                // A larger batch takes other memory; new weights are packed anew.
                if (i == 8) net.Parameters[0].CopyFrom(RandomData.Normal(3, (int)net.Parameters[0].Length));
                if (i == 12) first.CopyFrom(Images(3, Batch), Layout.Nchw);
                var images = i % 2 == 0 ? first : second;
                values.AddRange(session.Forward(i < 5 ? images.Take(1) : images.Tensor).ToArray(Layout.Nhwc));
            }

            replayed = GraphsOf(device)?.Replayed ?? 0;
            return [.. values];
        }
    }

    [SimulatedFact]
    public void A_trainer_that_uploads_ahead_looks_at_gradients_and_evaluates_gives_the_same_weights()
    {
        float[] expected = Fit(Open(graphs: false), out _), values = Fit(Open(), out long replayed);
        values.Should().Equal(expected);
        replayed.Should().BePositive();

        static float[] Fit(Device opened, out long replayed)
        {
            using var device = opened;
            using var net = new TinyNet(device, seed: 1);
            var data = new TrainingData(SyntheticDataset.Create(26, 1, 11, 9, seed: 1), SyntheticDataset.Create(10, 1, 11, 9, seed: 2));
            Trainer.Fit(net, data, new TrainerOptions { Epochs = 2, BatchSize = 4, LearningRate = 0.05, Seed = 3 });
            replayed = GraphsOf(device)?.Replayed ?? 0;
            return [.. net.Parameters.SelectMany(p => p.ToArray())];
        }
    }

    [SimulatedFact]
    public void Memory_that_a_step_reads_and_writes_on_the_host_is_what_the_launches_before_it_left()
    {
        float[] expected = Infer(Open(graphs: false), out _), values = Infer(Open(), out long replayed);
        values.Should().Equal(expected);
        replayed.Should().BeGreaterThanOrEqualTo(4, "before and after that step");

        static float[] Infer(Device opened, out long replayed)
        {
            using var device = opened;
            Shape shape = new(3, 5, 7);
            using var parameters = new ParameterSet(device, [new("unused", ParameterRole.Bias, 1)]);
            var builder = new StepNetworkBuilder(shape);
            int x = StepNetworkBuilder.NetworkInput;
            for (int i = 0; i < 11; i++) x = builder.Add(i == 5 ? new HostStep(shape) : new ActivationStep<Sigmoid>(shape), x);
            var network = builder.Build(parameters);
            using var session = network.CreateSession(Batch);
            using var images = new TensorBuffer(device, Batch, shape);
            var values = new List<float>();
            for (int i = 0; i < 5; i++)
            {
                images.CopyFrom(RandomData.Normal(i, (int)(Batch * shape.Length)), Layout.Nhwc);
                values.AddRange(session.Forward(images).ToArray(Layout.Nhwc));
            }

            replayed = GraphsOf(device)?.Replayed ?? 0;
            return [.. values];
        }
    }

    [SimulatedFact]
    public void Copies_of_weights_that_a_pass_made_are_written_when_another_session_reads_them()
    {
        const int Fills = 6, Passes = 4;
        Conv2dSizes sizes = new(16, 3, 3, 24, Kernel: 3);
        using var device = (AcceleratorDevice)Open();
        using var copies = new PrepackedWeights();
        using var values = device.Allocate(sizes.WeightLength);
        using var other = device.Allocate(100);
        using DeviceStream first = device.CreateOwnStream(), second = device.CreateOwnStream();
        var layout = PackedLayout.ForThreads(GemmProblem.Dgrad(sizes));
        WeightPacker packer = new(device);
        for (int pass = 0; pass < Passes; pass++)
        {
            float[] weights = RandomData.Normal(pass, (int)values.Length);
            values.View.CopyFrom(weights);
            using var listed = first.BeginPass(new(IsTraining: false, 1));
            Fill();
            packer.Pack(first, typeof(int), layout, new Weights(values.View, pass + 1, copies), scratch: default);
            var got = new float[values.Length];
            var copy = packer.Pack(second, typeof(int), layout, new Weights(values.View, pass + 1, copies), scratch: default);
            second.Download(copy.Slice(0, got.Length), got);
            got.Should().Contain(weights[^1], "of pass {0}", pass);
            Fill();
        }

        device.Graphs!.Replayed.Should().BePositive();

        void Fill()
        {
            for (int i = 0; i < Fills; i++) device.Kernels.Get<IFill>().Run(first, i, other.View);
        }
    }

    [SimulatedTheory]
    [InlineData(0)] // to begin a capture
    [InlineData(1)] // to end it
    [InlineData(2)] // to make a graph that can be launched
    [InlineData(6)] // of two graphs that could be made, to launch the first
    [InlineData(9)] // to launch the second of a later step
    public void Where_the_driver_refuses_the_rest_runs_launch_by_launch_with_the_same_bits(int calls)
    {
        var (expected, _) = Train<TinyNormNet>(Open(graphs: false), adam: false, steps: 8);
        SimulatedDriver.LimitGraphCalls(calls);
        var (values, graphs) = Train<TinyNormNet>(Open(), adam: false, steps: 8);
        values.Should().Equal(expected);
        (graphs!.Refused, graphs.IsOn).Should().Be((1, false));
    }

    [SimulatedFact]
    public void Passes_that_always_differ_are_not_listed_for_ever()
    {
        var (expected, _) = Alternate(Open(graphs: false));
        var (values, graphs) = Alternate(Open());
        values.Should().Equal(expected);
        graphs!.Recorded.Should().Be(0);

        static (float[] Values, CudaGraphs? Graphs) Alternate(Device opened)
        {
            using var device = opened;
            using var net = new TinyNormNet(device, seed: 1);
            using Optimizer sgd = new Sgd(net.Parameters, 0.05), adam = new Adam(net.Parameters);
            using var images = net.CreateInput(Batch);
            images.CopyFrom(Images(0, Batch), Layout.Nchw);
            return ([.. Enumerable.Range(0, 12).Select(i => net.TrainStep(images, Labels(i, Batch), i % 2 == 0 ? sgd : adam))], GraphsOf(device));
        }
    }

    [SimulatedFact]
    public void A_session_that_is_disposed_frees_its_graphs_and_few_batch_sizes_have_some()
    {
        using var device = Open();
        using var net = new TinyNormNet(device, seed: 1);
        long before = SimulatedDriver.Calls().Existing;
        using (var session = net.CreateSession(20))
        {
            for (int batch = 1; batch <= 20; batch++)
            {
                using var images = net.CreateInput(batch);
                images.CopyFrom(Images(batch, batch), Layout.Nchw);
                for (int i = 0; i < 4; i++) session.Forward(images);
            }

            (SimulatedDriver.Calls().Existing - before).Should().Be(16);
        }

        SimulatedDriver.Calls().Existing.Should().Be(before);
    }

    [SimulatedFact]
    public void An_accelerator_of_the_hosts_has_none_because_its_owner_may_wait_for_it_at_any_time()
    {
        using var own = (AcceleratorDevice)Open();
        using var device = Device.From(own.Accelerator);
        GraphsOf(device).Should().BeNull();
    }

    static (float[] Values, CudaGraphs? Graphs) Train<TNet>(Device opened, bool adam, int steps = Steps)
        where TNet : INetwork<TNet, Chw<Dimensions.D1, Dimensions.D11, Dimensions.D9>, Features<Dimensions.D10>>
    {
        using var device = opened;
        using var net = TNet.Create(device, 1);
        using Optimizer optimizer = adam
            ? new Adam(net.Parameters, weightDecay: 0.01, decoupled: true) { MaxGradientNorm = 1, AverageDecay = 0.9 }
            : new Sgd(net.Parameters, 0.1, momentum: 0.9);
        string frozen = net.Parameters[0].Name;
        using var images = net.CreateInput(Batch);
        var values = new List<float>();
        for (int i = 0; i < steps; i++)
        {
            if (i == 8) net.Freeze(frozen[..frozen.IndexOf('.', StringComparison.Ordinal)]);
            if (i == 14) net.Unfreeze(frozen[..frozen.IndexOf('.', StringComparison.Ordinal)]);
            optimizer.LearningRate = 0.025 * (1 + Math.Cos(Math.PI * i / steps));
            int batch = i % 7 == 6 ? Short : Batch;
            images.CopyFrom(Images(i, Batch), Layout.Nchw);
            values.Add(net.TrainStep(images.Take(batch), Labels(i, batch), optimizer));
        }

        foreach (var parameter in net.Parameters) values.AddRange(parameter.ToArray());
        return ([.. values], GraphsOf(device));
    }

    static Device Open(bool graphs = true)
    {
        Environment.SetEnvironmentVariable(CudaGraphs.Variable, graphs ? CudaGraphs.On : null);
        return Device.Open("cuda:0");
    }

    static CudaGraphs? GraphsOf(Device device) => ((AcceleratorDevice)device).Graphs;

    static float[] Images(int seed, int batch) => RandomData.Normal(seed, batch * 11 * 9);

    static int[] Labels(int seed, int batch) => RandomData.Labels(seed, batch, 10);

    // Twice its input, by the host.
    sealed class HostStep(Shape shape) : Step(shape, shape)
    {
        protected override void InferCore(in Pass pass, DeviceView x, DeviceView y) => y.CopyFrom(Array.ConvertAll(x.ToArray(), v => 2 * v));

        protected override void ForwardCore(in Pass pass, DeviceView x, DeviceView y, Saved saved) => InferCore(pass, x, y);

        protected override void BackwardCore(in Pass pass, in Operands o)
        {
        }
    }
}
