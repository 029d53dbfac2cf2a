namespace Nin.TestKit;

/// <summary>ReLU.</summary>
sealed class ReferenceReluLayer : ReferenceLayer
{
    double[] _y = [];

    public override double[] Forward(double[] x, int batch) => _y = ReferenceRelu.Forward(x).Value;

    public override double[] Backward(double[] dy) => ReferenceRelu.Backward(_y, dy).Value;
}
