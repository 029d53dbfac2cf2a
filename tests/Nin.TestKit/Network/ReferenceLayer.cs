namespace Nin.TestKit;

/// <summary>One layer of a <see cref="ReferenceNetwork"/>. Forward keeps what Backward needs, so the two alternate.</summary>
abstract class ReferenceLayer
{
    /// <summary>Learnable arrays, in declaration order; empty for most layers.</summary>
    public virtual IReadOnlyList<ReferenceParameter> Parameters => [];

    /// <summary>y of a training step.</summary>
    public abstract double[] Forward(double[] x, int batch);

    /// <summary>dx; sets the gradients of the parameters.</summary>
    public abstract double[] Backward(double[] dy);
}
