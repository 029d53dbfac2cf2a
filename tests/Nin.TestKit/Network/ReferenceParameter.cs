namespace Nin.TestKit;

/// <summary>A learnable array, its gradient and its momentum.</summary>
sealed class ReferenceParameter(string name, int length)
{
    /// <summary>The name as in PyTorch's state_dict.</summary>
    public string Name { get; } = name;

    public double[] Value { get; } = new double[length];

    public double[] Gradient { get; set; } = new double[length];

    public double[] Momentum { get; } = new double[length];
}
