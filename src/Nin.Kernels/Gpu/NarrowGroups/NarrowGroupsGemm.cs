using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>
/// Convolutions whose groups are narrow, depthwise ones above all: all columns of a tile but one would be empty. A thread sums one result; neighbouring
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
        var g = problem.Geometry;
        var epilogue = GemmSizes.Of(problem, n, bias, relu, y, mode).Epilogue;
        // Results are counted in 32 bits.
        long source = Im2colRow.ExampleLength(g), result = (long)g.Pixels * g.Groups * g.ResultChannels;
        int most = (int)(int.MaxValue / result);
        for (int first = 0; first < n; first += most)
        {
            int count = Math.Min(most, n - first);
            var sizes = NarrowGroupsSizes.Of(problem, (int)(count * result), epilogue);
            launch(
                stream, device.Over(sizes.Results), sizes, x.Slice(first * source, count * source).Array, w.Value.Array, (bias.IsNone ? w.Value : bias).Array,
                y.Slice(first * result, count * result).Array);
        }
    }

    static void SumKernel(NarrowGroupsSizes sizes, ArrayView<float> x, ArrayView<float> w, ArrayView<float> bias, ArrayView<float> y)
    {
        var g = sizes.Problem.Geometry;
        for (uint i = PortableThread.Index32; i < (uint)sizes.Results; i += PortableThread.Stride32)
        {
            int pixel = sizes.Channels.Divide((int)i), channel = (int)i - pixel * sizes.Channels.Value, group = sizes.GroupChannels.Divide(channel);
            var row = sizes.Row(pixel, group);
            long weight = (long)group * sizes.Problem.GroupStride + (long)(channel - group * g.ResultChannels) * sizes.Problem.ColumnStride;
            float sum = 0;
            int rowStep = g.Rows.TapPeriod, columnStep = g.Columns.TapPeriod, firstColumn = g.Columns.FirstTap(row.Column);
            for (int ky = g.Rows.FirstTap(row.Row); ky < g.Rows.Taps; ky += rowStep)
            {
                for (int kx = firstColumn; kx < g.Columns.Taps; kx += columnStep)
                {
                    long source = row.Tap(g, ky, kx);
                    if (source < 0) continue;
                    long tap = weight + (ky * g.Columns.Taps + kx) * sizes.Problem.TapStride;
                    for (int j = 0; j < g.SourceChannels; j++) sum = FusedMultiplyAdd.Of(x[source + j], w[tap + (long)j * sizes.Problem.ChannelStride], sum);
                }
            }

            if (sizes.Epilogue.HasBias != 0) sum += bias[channel];
            float before = 0;
            if (sizes.Epilogue.Mode != StoreMode.Overwrite) before = y[(int)i];
            y[(int)i] = sizes.Epilogue.Result(sum, before);
        }
    }
}

/// <summary>What the kernel of narrow groups reads.</summary>
/// <param name="Problem">The convolution in its direction, and where its weights are.</param>
/// <param name="Results">Elements of the result.</param>
/// <param name="Epilogue">What happens to the sums.</param>
/// <param name="Channels">Result channels of all groups.</param>
/// <param name="GroupChannels">Result channels of a group.</param>
/// <param name="Rows">Rows of the result.</param>
/// <param name="Columns">Columns of the result.</param>
readonly record struct NarrowGroupsSizes(
    GemmProblem Problem, int Results, GemmEpilogue Epilogue, Divisor Channels, Divisor GroupChannels, Divisor Rows, Divisor Columns)
{
    public static NarrowGroupsSizes Of(in GemmProblem problem, int results, GemmEpilogue epilogue)
    {
        var g = problem.Geometry;
        return new(
            problem, results, epilogue, Divisor.Of(g.Groups * g.ResultChannels), Divisor.Of(g.ResultChannels), Divisor.Of(g.Rows.Results),
            Divisor.Of(g.Columns.Results));
    }

    /// <summary>The im2col row of a pixel.</summary>
    public Im2colRow Row(int pixel, int group)
    {
        int line = Columns.Divide(pixel), example = Rows.Divide(line);
        return new(
            (long)example * Im2colRow.ExampleLength(Problem.Geometry) + group * Problem.Geometry.SourceChannels, line - example * Rows.Value,
            pixel - line * Columns.Value);
    }
}
