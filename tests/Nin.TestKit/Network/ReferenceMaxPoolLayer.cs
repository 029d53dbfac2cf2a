namespace Nin.TestKit;

/// <summary>Maximum pooling.</summary>
sealed class ReferenceMaxPoolLayer(Pool2dCase sizes) : ReferenceLayer
{
    Pool2dCase _case = sizes;
    double[] _x = [];

    public override double[] Forward(double[] x, int batch)
    {
        (_x, _case) = (x, _case with { Batch = batch });
        return ReferenceMaxPool2d.Forward(_case, x).Value;
    }

    public override double[] Backward(double[] dy) => ReferenceMaxPool2d.Backward(_case, _x, dy).Value;
}
