using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>
/// Convolutions whose groups are narrow, depthwise ones above all: a tile of columns would be empty but for one. A thread sums one result; neighbouring
/// threads have neighbouring channels, so that they read and write whole cache lines.
/// </summary>
sealed class NarrowGroupsGemm(AcceleratorDevice device) : IImplicitGemm
{
    readonly Action<DeviceStream, KernelConfig, NarrowGroupsSizes, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>> launch =
        device.Load<NarrowGroupsSizes, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>>(SumKernel);

    /// <summary>Weights are read as they are.</summary>
    public long ScratchLength(in GemmProblem problem, in Weights w) => 0;

    public void Run(
        DeviceStream stream, Type variant, in GemmProblem problem, int n, DeviceView x, in Weights w, DeviceView scratch, DeviceView bias, bool relu,
        DeviceView y, StoreMode mode)
    {
        var sizes = new NarrowGroupsSizes(problem, (long)n * problem.Geometry.Pixels, GemmSizes.Of(problem, n, bias, relu, y, mode).Epilogue);
        launch(stream, device.Over(sizes.Results), sizes, x.Array, w.Value.Array, (bias.IsNone ? w.Value : bias).Array, y.Array);
    }

    static void SumKernel(NarrowGroupsSizes sizes, ArrayView<float> x, ArrayView<float> w, ArrayView<float> bias, ArrayView<float> y)
    {
        var g = sizes.Problem.Geometry;
        int channels = g.Groups * g.ResultChannels;
        for (long i = PortableThread.Index; i < sizes.Results; i += PortableThread.Stride)
        {
            long pixel = i / channels;
            int channel = (int)(i - pixel * channels), group = channel / g.ResultChannels;
            var row = Im2colRow.Of(g, pixel, group);
            long weight = (long)group * sizes.Problem.GroupStride + (long)(channel - group * g.ResultChannels) * sizes.Problem.ColumnStride;
            float sum = 0;
            for (int ky = 0; ky < g.Rows.Taps; ky++)
            {
                for (int kx = 0; kx < g.Columns.Taps; kx++)
                {
                    long source = row.Tap(g, ky, kx);
                    if (source >= 0)
                    {
                        for (int j = 0; j < g.SourceChannels; j++) sum = FusedMultiplyAdd.Of(x[source + j], w[weight + (long)j * sizes.Problem.ChannelStride], sum);
                    }

                    weight += sizes.Problem.TapStride;
                }
            }

            if (sizes.Epilogue.HasBias != 0) sum += bias[channel];
            float before = 0;
            if (sizes.Epilogue.Mode != StoreMode.Overwrite) before = y[i];
            y[i] = sizes.Epilogue.Result(sum, before);
        }
    }
}

/// <summary>What the kernel of narrow groups reads.</summary>
/// <param name="Problem">The convolution in its direction, and where its weights are.</param>
/// <param name="Pixels">Result pixels of the whole batch.</param>
/// <param name="Epilogue">What happens to the sums.</param>
readonly record struct NarrowGroupsSizes(GemmProblem Problem, long Pixels, GemmEpilogue Epilogue)
{
    /// <summary>Elements of the result.</summary>
    public long Results => Pixels * Problem.Geometry.Groups * Problem.Geometry.ResultChannels;
}
