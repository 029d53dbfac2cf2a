using ILGPU;
using Nin.Model.Tests.Networks;
using Nin.TestKit;

namespace Nin.Samples.Tests;

/// <summary>A step of one's own with a kernel alone, and with a parameter.</summary>
[Collection(nameof(SharedDevices))]
public sealed class ChannelScaleTests(DeviceSet devices)
{
    static readonly Shape Shape = new(4, 3, 2);

    public static TheoryData<string> Present => Devices.Present;

    [Theory, MemberData(nameof(Present))]
    public void It_runs_on_every_device_and_its_parameter_learns(string id)
    {
        var device = devices.Open(id);
        using var parameters = new ParameterSet(device, [new ParameterSpec("scale", ParameterRole.Scale, 4)]);
        parameters["scale"].CopyFrom([1, 2, 3, 4]);
        var step = new ChannelScale(Shape, parameters["scale"]);
        // Small integers: sums are exact in any order.
        float[] x = [.. RandomData.Labels(1, 48, 5).Select(v => v - 2f)], dy = [.. RandomData.Labels(2, 48, 5).Select(v => v - 2f)];
        using TensorBuffer input = new(device, 2, Shape), outer = new(device, 2, Shape);
        outer.CopyFrom(dy, Layout.Nhwc);
        input.CopyFrom(x, Layout.Nhwc);
        using var tape = new Tape(device);
        var traced = tape.Input(input.Tensor, needsGradient: true);
        var y = tape.Apply(step, traced);
        y.Value.ToArray(Layout.Nhwc).Should().Equal(x.Select((v, i) => v * (i % 4 + 1)));
        y.Backward(outer.Tensor);
        traced.Gradient.ToArray(Layout.Nhwc).Should().Equal(dy.Select((v, i) => v * (i % 4 + 1)));
        float[] want = [.. Enumerable.Range(0, 4).Select(c => Enumerable.Range(0, 12).Sum(p => x[4 * p + c] * dy[4 * p + c]))];
        parameters["scale"].GradientToArray().Should().Equal(want);

        // A second pass without an optimiser's step adds up; a frozen parameter gets nothing.
        tape.Reset();
        tape.Apply(step, tape.Input(input.Tensor)).Backward(outer.Tensor);
        parameters["scale"].GradientToArray().Should().Equal(want.Select(v => 2 * v));
    }

    [StepMemory(ReadsOutput = false)]
    sealed class ChannelScale(Shape shape, Parameter scale) : Step(shape, shape)
    {
        public override IReadOnlyList<Parameter> Parameters { get; } = [scale];

        protected override void InferCore(in Pass pass, DeviceView x, DeviceView y) => pass.Launch(
            Multiply, pass.Over(pass.Batch * Input.Length), Input.Channels, pass.Batch * Input.Length, pass.Array(x), pass.Array(scale.Value), pass.Array(y));

        protected override void ForwardCore(in Pass pass, DeviceView x, DeviceView y, Saved saved) => InferCore(pass, x, y);

        protected override void BackwardCore(in Pass pass, in Operands o)
        {
            long length = pass.Batch * Input.Length;
            if (scale.RequiresGradient)
            {
                int add = scale.BeginGradient() ? 1 : 0;
                pass.Launch(
                    Sum, pass.Over(Input.Channels), Input.Channels, length, add, pass.Array(o.X), pass.Array(o.DY), pass.Array(scale.Gradient));
            }

            if (!o.DX.IsNone) InferCore(pass, o.DY, o.DX);
        }

        static void Multiply(int channels, long length, ArrayView<float> x, ArrayView<float> scale, ArrayView<float> y)
        {
            for (long i = KernelThread.Index; i < length; i += KernelThread.Stride) y[i] = x[i] * scale[i % channels];
        }

        static void Sum(int channels, long length, int add, ArrayView<float> x, ArrayView<float> dy, ArrayView<float> dscale)
        {
            for (long c = KernelThread.Index; c < channels; c += KernelThread.Stride)
            {
                float sum = add != 0 ? dscale[c] : 0f;
                for (long i = c; i < length; i += channels) sum += x[i] * dy[i];
                dscale[c] = sum;
            }
        }
    }
}
