using Nin.Dimensions;
using Nin.Runner.Models;
using Nin.Training;

namespace Nin.Cuda.Tests;

/// <summary>How many launches a training step takes, and how many kernels an epoch compiles: what a small network spends its time on.</summary>
public sealed class LaunchTests
{
    // Three blocks of three convolutions; the last of them has no ReLU after it, and so no normalisation.
    const int Norms = 8;

    [SimulatedFact]
    public void A_batch_normalisation_in_training_is_three_launches_each_way()
    {
        string[] launched = StepOfQuick28();
        launched.Count(l => l.Contains("RunsKernel", StringComparison.Ordinal)).Should().Be(2 * Norms, "the sums of runs of pixels, forward and back");
        launched.Count(l => l.Contains("BatchKernel", StringComparison.Ordinal)).Should().Be(2 * Norms, "the sums of the batch, forward and back");
        launched.Count(l => l.Contains("ApplyKernel", StringComparison.Ordinal)).Should().Be(Norms);
        launched.Count(l => l.Contains("DataKernel", StringComparison.Ordinal)).Should().Be(Norms);
    }

    [SimulatedFact]
    public void A_step_of_a_network_of_nine_convolutions_and_eight_normalisations_takes_at_most_108_launches() =>
        StepOfQuick28().Should().HaveCountLessThanOrEqualTo(108);

    [SimulatedTheory]
    [InlineData(64, Precision.Float32)]
    [InlineData(128, Precision.Float32)]
    [InlineData(256, Precision.Float32)]
    [InlineData(128, Precision.Tf32)]
    public void An_epochs_short_last_batch_compiles_no_kernel(int batch, Precision precision)
    {
        const int Examples = 60_000; // Fashion-MNIST
        Compiles<Quick28, Chw<D1, D28, D28>>(batch, Examples % batch, precision).Should().Be(0);
        Compiles<Modern28, Chw<D1, D28, D28>>(batch, Examples % batch, precision).Should().Be(0);
        Compiles<Mnist28, Chw<D1, D28, D28>>(batch, Examples % batch, precision).Should().Be(0);
        Compiles<Cifar10, Chw<D3, D32, D32>>(batch, 50_000 % batch, precision).Should().Be(0);
        Compiles<Book96, Chw<D1, D96, D96>>(batch, Examples % batch, precision).Should().Be(0);
    }

    static string[] StepOfQuick28()
    {
        using var device = Device.Open("cuda:0");
        using var net = new Quick28(device, seed: 0);
        using var sgd = new Sgd(net.Parameters, learningRate: 0.1);
        using var images = net.CreateInput(1);
        images.CopyFrom(new float[28 * 28], Layout.Nhwc);
        return SimulatedDriver.Launched(() => net.TrainStep(images, [3], sgd));
    }

    // Kernels that the last batch loads beside those of the batches before it.
    static int Compiles<TNet, TIn>(int batch, int last, Precision precision)
        where TNet : INetwork<TNet, TIn, Features<D10>>
        where TIn : struct, IShape
    {
        SimulatedDriver.Skip(true);
        try
        {
            using var device = Device.Open("cuda:0", precision: precision);
            using var net = TNet.Create(device, seed: 0);
            using var sgd = new Sgd(net.Parameters, learningRate: 0.1);
            var kernels = ((AcceleratorDevice)device).Ptx!;
            Step(batch);
            int before = kernels.Found + kernels.Compiled;
            before.Should().BePositive();
            Step(last);
            return kernels.Found + kernels.Compiled - before;

            void Step(int examples)
            {
                using var images = net.CreateInput(examples);
                net.TrainStep(images, new int[examples], sgd);
            }
        }
        finally
        {
            SimulatedDriver.Skip(false);
        }
    }
}
