using Nin.Dimensions;
using Nin.Layers;
using Nin.TestKit;

namespace Nin.Model.Tests.Networks;

/// <summary>The layers of squeeze and excitation by hand, on a tape.</summary>
public sealed class SqueezeTests
{
    [Theory, InlineData("cpu"), InlineData("emulator")]
    public void Channels_scaled_by_their_maximum_give_the_oracles_values_and_gradients(string name)
    {
        using var device = Device.Open(name, threads: 2);
        using var tape = new Tape(device);
        using var images = new TensorBuffer<Chw<D5, D4, D3>>(device, 2);
        float[] x = [.. RandomData.Labels(1, 120, 9).Select(v => v - 4f)];
        images.CopyFrom(x, Layout.Nchw);
        var squeeze = new GlobalMaxPool2d<Chw<D5, D4, D3>, Chw<D5, D1, D1>>(device, "Squeeze");
        var scale = new Multiply<Chw<D5, D4, D3>>("Scale", new Shape(5, 4, 3), new Shape(5, 1, 1));

        Traced<Chw<D5, D4, D3>> input = tape.Input(images.Tensor, needsGradient: true);
        Traced<Chw<D5, D1, D1>> gate = squeeze.Forward(input);
        Traced<Chw<D5, D4, D3>> y = scale.Forward(input, gate);
        tape.Backward(y.Untyped, dy => dy.CopyFrom([.. Enumerable.Repeat(1f, 120)]));

        var pooling = new Pool2dCase(2, 5, 4, 3, 4, Across: new(3));
        double[] max = ReferenceMaxPool2d.Forward(pooling, x.Widen()).Value, ones = [.. x.Select(_ => 1.0)];
        double[] throughGate = ReferenceMaxPool2d.Backward(pooling, x.Widen(), ReferenceMultiply.Backward(ones, 1, x.Widen(), max).Value).Value;
        double[] direct = ReferenceMultiply.Backward(ones, 0, x.Widen(), max).Value;
        Comparison.Agree(gate.Value.ToArray(Layout.Nchw), Oracle.Exact(max), "gate");
        Comparison.Agree(y.Value.ToArray(Layout.Nchw), Oracle.Exact(ReferenceMultiply.Forward(x.Widen(), max).Value), "y");
        Comparison.Agree(input.Gradient.ToArray(Layout.Nchw), Oracle.Exact(ReferenceAdd.Forward(direct, throughGate).Value), "dx");
    }
}
