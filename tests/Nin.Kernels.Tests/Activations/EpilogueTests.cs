using Nin.Ops;
using Nin.TestKit;
using Nin.Tests.Vectorized;

namespace Nin.Kernels.Tests.Activations;

public sealed unsafe class EpilogueTests
{
    public static TheoryData<int> Widths => [.. OpRun.Widths];

    [Theory, MemberData(nameof(Widths))]
    public void An_epilogue_leaves_the_bits_of_the_op_and_nothing_after_its_run(int width)
    {
        foreach (int count in new[] { 1, 15, 33, Chunk.Length + 5 })
        {
            float[] x = RandomData.Normal(1, count);
            using var device = new CpuDevice(threads: 2, width);
            using DeviceStream stream = device.CreateStream();
            using DeviceBuffer buffer = device.Allocate(count);
            buffer.View.CopyFrom(x);
            device.Kernels.Get<IActivationForward>().Run(stream, new Elu(0.7f), buffer.View, buffer.View);

            using var run = new GuardedFloats(x);
            var epilogue = new ActivationEpilogue<Elu>(new(0.7f));
            if (width == 512) epilogue.Apply<Lanes512>(run.Pointer, count);
            else if (width == 256) epilogue.Apply<Lanes256>(run.Pointer, count);
            else epilogue.Apply<Lanes128>(run.Pointer, count);
            run.AssertBands();
            run.Span.ToArray().Should().Equal(buffer.View.ToArray());
        }
    }
}
