using Nin.Kernels.Tests.Conformance;
using Nin.Ops;
using Nin.TestKit;

namespace Nin.Kernels.Tests.Devices;

/// <summary>Copies of weights that one queue makes and another one reads.</summary>
public abstract class QueuedWeightsTests<TDevice>
    where TDevice : IDeviceUnderTest
{
    // Packing takes a processor some ten milliseconds.
    static readonly Conv2dSizes Sizes = new(512, 3, 3, 512, Kernel: 3);

    [DeviceTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_queue_reads_the_copy_that_another_one_still_writes(bool inGroups)
    {
        using var device = (AcceleratorDevice)TDevice.Open();
        using var derived = new PrepackedWeights();
        using var values = device.Allocate(Sizes.WeightLength);
        using DeviceStream first = device.CreateOwnStream(), second = device.CreateOwnStream();
        var copies = Copies(device, inGroups);
        values.View.CopyFrom(RandomData.Normal(1, (int)values.Length));
        copies(first, typeof(int), new Weights(values.View, 1, derived));
        first.Synchronize();
        values.View.CopyFrom(RandomData.Normal(2, (int)values.Length));

        // Other copies keep the first queue busy, so that the one in question is not written yet when it is asked for again.
        var newer = new Weights(values.View, 2, derived);
        foreach (var other in new[] { typeof(long), typeof(short), typeof(byte), typeof(char) }) copies(first, other, newer);
        copies(first, typeof(int), newer);
        var copy = copies(second, typeof(int), newer);
        var got = new float[copy.Length];
        second.Download(copy, got);

        device.Synchronize();
        got.Should().Equal(copy.ToArray());
        got.Should().Contain(values.View.ToArray()[^1]);
    }

    static Func<DeviceStream, Type, Weights, DeviceView> Copies(AcceleratorDevice device, bool inGroups)
    {
        // Transposed: what has its order already is not copied.
        var problem = GemmProblem.Dgrad(Sizes);
        var layout = inGroups ? PackedLayout.ForWorkGroups(problem) : PackedLayout.ForThreads(problem);
        WeightPacker packer = new(device);
        return (stream, variant, w) => packer.Pack(stream, variant, layout, w, scratch: default);
    }
}

/// <summary>On the first OpenCL device.</summary>
public sealed class QueuedWeightsOnOpenCl : QueuedWeightsTests<OnOpenCl.OpenCl>;
