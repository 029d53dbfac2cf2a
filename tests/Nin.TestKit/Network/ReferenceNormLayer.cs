namespace Nin.TestKit;

/// <summary>A batch normalisation with its running statistics.</summary>
sealed class ReferenceNormLayer : ReferenceLayer
{
    readonly ReferenceParameter _weight, _bias;
    Norm2dCase _case;
    double[] _x = [];

    public ReferenceNormLayer(string name, Norm2dCase sizes)
    {
        Name = name;
        _case = sizes;
        _weight = new($"{name}.weight", sizes.Channels);
        _bias = new($"{name}.bias", sizes.Channels);
        RunningMean = new double[sizes.Channels];
        RunningVar = new double[sizes.Channels];
        Array.Fill(RunningVar, 1);
    }

    public string Name { get; }

    public double[] RunningMean { get; private set; }

    public double[] RunningVar { get; private set; }

    public override IReadOnlyList<ReferenceParameter> Parameters => [_weight, _bias];

    public override double[] Forward(double[] x, int batch)
    {
        (_x, _case) = (x, _case with { Batch = batch });
        RunningMean = ReferenceBatchNorm2d.RunningMean(_case, x, RunningMean).Value;
        RunningVar = ReferenceBatchNorm2d.RunningVar(_case, x, RunningVar).Value;
        return ReferenceBatchNorm2d.ForwardTraining(_case, x, _weight.Value, _bias.Value).Value;
    }

    public override double[] Backward(double[] dy)
    {
        _weight.Gradient = ReferenceBatchNorm2d.BackwardGamma(_case, _x, dy).Value;
        _bias.Gradient = ReferenceBatchNorm2d.BackwardBeta(_case, dy).Value;
        return ReferenceBatchNorm2d.BackwardData(_case, _x, _weight.Value, dy).Value;
    }
}
