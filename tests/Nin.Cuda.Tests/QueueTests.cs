using Nin.Kernels.Tests.Devices;
using Nin.TestKit;

namespace Nin.Cuda.Tests;

/// <summary>Queues that run nothing before somebody waits: what is not ordered, or changes too early, comes out wrong here every time.</summary>
public sealed class QueueTests
{
    const int Length = 100, Uploads = 50;

    [SimulatedFact]
    public void An_upload_keeps_what_its_source_held()
    {
        using var device = Device.Open("cuda:0");
        using var stream = device.CreateOwnStream();
        using var buffer = device.Allocate(Uploads * Length);
        var source = new float[Length];
        for (int i = 0; i < Uploads; i++)
        {
            RandomData.Normal(i, Length).CopyTo(source, 0);
            stream.Upload(source, buffer.View.Slice(i * Length, Length));
        }

        Array.Clear(source);
        var got = new float[Uploads * Length];
        stream.Download(buffer.View, got);
        got.Should().Equal(Enumerable.Range(0, Uploads).SelectMany(i => RandomData.Normal(i, Length)));
    }
}

/// <summary>Copies of weights that one queue makes and another one reads.</summary>
public sealed class QueuedWeightsOnSimulatedCuda : QueuedWeightsTests<OnSimulatedCuda.Simulated>;
