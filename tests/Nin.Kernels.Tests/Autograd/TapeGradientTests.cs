using Nin.Ops;
using Nin.TestKit;

namespace Nin.Kernels.Tests.Autograd;

public sealed class TapeGradientTests
{
    const int Batch = 3;

    static readonly Conv2dCase First = new(Batch, 2, 6, 5, 4, 3, Padding: 1);
    static readonly Pool2dCase Pool = new(Batch, 4, 6, 5, 3, Stride: 2, Padding: 1);
    static readonly Conv2dCase Branch = new(Batch, 4, 3, 3, 4, 1);

    static readonly ParameterSpec[] Specs =
    [
        new("w1", ParameterRole.Weight, 4, 2, 3, 3), new("b1", ParameterRole.Bias, 4), new("w2", ParameterRole.Weight, 4, 4, 1, 1),
    ];

    [Theory, InlineData("cpu"), InlineData("emulator")]
    public void A_chain_with_a_branch_gives_the_oracles_composed_gradients(string device)
    {
        using var run = new TapeRun(device, Specs);
        float[] x = TapeRun.Integers(1, First.InputLength), dy = TapeRun.Integers(2, Branch.OutputLength);
        Traced input = run.Input(x, Batch, new Shape(2, 6, 5), needsGradient: true);
        Traced h = run.Tape.Apply(run.Convolution(First, "w1", "b1", relu: true), input);
        Traced pooled = run.Tape.Apply(new MaxPoolStep(new PoolSizes(4, 6, 5, 3, 2, 1)), h);
        Traced branch = run.Tape.Apply(run.Convolution(Branch, "w2", null, relu: false), pooled);
        Traced sum = run.Tape.Apply(new AddStep(new Shape(4, 3, 3), 2), branch, pooled);

        double[] wantH = ReferenceRelu.Forward(ReferenceConv2d.Forward(First, x.Widen(), run.Wide("w1"), run.Wide("b1")).Value).Value;
        double[] wantPooled = ReferenceMaxPool2d.Forward(Pool, wantH).Value;
        double[] wantBranch = ReferenceConv2d.Forward(Branch, wantPooled, run.Wide("w2")).Value;
        Same(sum.Value.ToArray(Layout.Nchw), ReferenceAdd.Forward(wantBranch, wantPooled).Value, "sum");

        run.Backward(sum, dy);

        // The pooled value has two readers: the branch and the sum.
        double[] dpooled = ReferenceAdd.Forward(ReferenceConv2d.BackwardData(Branch, run.Wide("w2"), dy.Widen()).Value, dy.Widen()).Value;
        double[] dh = ReferenceRelu.Backward(wantH, ReferenceMaxPool2d.Backward(Pool, wantH, dpooled).Value).Value;
        Same(run.Gradient("w2"), ReferenceConv2d.BackwardWeights(Branch, wantPooled, dy.Widen()).Value, "dw2");
        Same(run.Gradient("w1"), ReferenceConv2d.BackwardWeights(First, x.Widen(), dh).Value, "dw1");
        Same(run.Gradient("b1"), ReferenceConv2d.BackwardBias(First, dh).Value, "db1");
        Same(input.Gradient.ToArray(Layout.Nchw), ReferenceConv2d.BackwardData(First, run.Wide("w1"), dh).Value, "dx");
    }

    [Fact]
    public void A_value_that_a_sum_reads_twice_gets_both_gradients()
    {
        using var run = new TapeRun();
        Traced input = run.Input(TapeRun.Integers(1, 24), 2, new Shape(3, 2, 2), needsGradient: true);
        float[] dy = TapeRun.Integers(2, 24);
        run.Backward(run.Tape.Apply(new AddStep(new Shape(3, 2, 2), 3), input, input, input), dy);
        input.Gradient.ToArray(Layout.Nchw).Should().Equal(dy.Select(d => 3 * d));
    }

    [Fact]
    public void Concatenated_channels_go_back_to_where_they_came_from()
    {
        using var run = new TapeRun();
        float[] a = TapeRun.Integers(1, 2 * 3 * 4), b = TapeRun.Integers(2, 2 * 5 * 4), dy = TapeRun.Integers(3, 2 * 11 * 4);
        Traced left = run.Input(a, 2, new Shape(3, 2, 2), needsGradient: true), right = run.Input(b, 2, new Shape(5, 2, 2), needsGradient: true);
        Traced joined = run.Tape.Apply(new ConcatStep([left.Value.Shape, right.Value.Shape, left.Value.Shape]), left, right, left);
        Same(joined.Value.ToArray(Layout.Nchw), ReferenceConcat.Forward(2, 4, a.Widen(), b.Widen(), a.Widen()).Value, "y");

        run.Backward(joined, dy);

        Oracle[] parts = ReferenceConcat.Backward(2, 4, [3, 5, 3], dy.Widen());
        Same(left.Gradient.ToArray(Layout.Nchw), ReferenceAdd.Forward(parts[0].Value, parts[2].Value).Value, "da");
        Same(right.Gradient.ToArray(Layout.Nchw), parts[1].Value, "db");
    }

    [Fact]
    public void Flatten_means_PyTorchs_order_of_features()
    {
        using var run = new TapeRun();
        float[] x = TapeRun.Integers(1, 2 * 3 * 4), dy = TapeRun.Integers(2, 2 * 3 * 4);
        Traced input = run.Input(x, 2, new Shape(3, 2, 2), needsGradient: true);
        Traced flat = run.Tape.Apply(new FlattenStep(new Shape(3, 2, 2)), input);
        flat.Value.ToArray().Should().Equal(x);
        run.Backward(flat, dy);
        input.Gradient.ToArray(Layout.Nchw).Should().Equal(dy);
    }

    [Fact]
    public void Dropout_goes_back_through_the_mask_that_it_went_forward_with()
    {
        using var run = new TapeRun();
        Traced input = run.Input([.. Enumerable.Repeat(1f, 200)], 2, new Shape(4, 5, 5), needsGradient: true);
        Traced dropped = run.Tape.Apply(new DropoutStep(new Shape(4, 5, 5), 0.5, layer: 1), input);
        float[] mask = dropped.Value.ToArray(Layout.Nchw);
        mask.Should().Contain(0).And.Contain(2);
        run.Backward(dropped, [.. Enumerable.Repeat(1f, 200)]);
        input.Gradient.ToArray(Layout.Nchw).Should().Equal(mask);
    }

    [Fact]
    public void The_mean_loss_and_its_gradient_are_the_oracles()
    {
        using var run = new TapeRun();
        float[] logits = RandomData.Normal(1, 9 * 10);
        int[] labels = RandomData.Labels(2, 9, 10);
        Traced input = run.Input(logits, 9, Shape.Flat(10), needsGradient: true);
        TracedLoss loss = Loss.CrossEntropy(input, labels);
        loss.Backward();
        Comparison.Agree([loss.Value], ReferenceSoftmaxCrossEntropy.Mean(10, logits.Widen(), labels), "loss");
        Comparison.Agree(input.Gradient.ToArray(), ReferenceSoftmaxCrossEntropy.Backward(10, logits.Widen(), labels), "gradient");
        loss.Correct.Should().Be(labels.Where((label, i) => logits[(10 * i)..(10 * i + 10)].Max() == logits[10 * i + label]).Count());
    }

    static void Same(float[] got, double[] want, string what) => Comparison.Agree(got, Oracle.Exact(want), what);
}
