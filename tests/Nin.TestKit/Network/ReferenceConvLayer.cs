namespace Nin.TestKit;

/// <summary>A convolution with a bias.</summary>
sealed class ReferenceConvLayer(string name, Conv2dCase sizes) : ReferenceLayer
{
    readonly ReferenceParameter _weight = new($"{name}.weight", sizes.WeightLength);
    readonly ReferenceParameter _bias = new($"{name}.bias", sizes.Filters);
    Conv2dCase _case = sizes;
    double[] _x = [];

    public override IReadOnlyList<ReferenceParameter> Parameters => [_weight, _bias];

    public override double[] Forward(double[] x, int batch)
    {
        (_x, _case) = (x, _case with { Batch = batch });
        return ReferenceConv2d.Forward(_case, x, _weight.Value, _bias.Value).Value;
    }

    public override double[] Backward(double[] dy)
    {
        _weight.Gradient = ReferenceConv2d.BackwardWeights(_case, _x, dy).Value;
        _bias.Gradient = ReferenceConv2d.BackwardBias(_case, dy).Value;
        return ReferenceConv2d.BackwardData(_case, _weight.Value, dy).Value;
    }
}
