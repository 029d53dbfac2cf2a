namespace Nin.TestKit;

/// <summary>The mean of each plane.</summary>
sealed class ReferenceGlobalAvgPoolLayer(Norm2dCase sizes) : ReferenceLayer
{
    Norm2dCase _case = sizes;

    public override double[] Forward(double[] x, int batch)
    {
        _case = _case with { Batch = batch };
        return ReferenceGlobalAvgPool2d.Forward(_case, x).Value;
    }

    public override double[] Backward(double[] dy) => ReferenceGlobalAvgPool2d.Backward(_case, dy).Value;
}
