using Nin.Shapes.Sizes;

namespace Nin
{
    /// <summary><c>max(0, x)</c> of each element (<see cref="Relu"/>); the shape is unchanged.</summary>
    public sealed class ReluAttribute : LayerAttribute;

    /// <summary><c>x</c> where it is positive, else <c>negativeSlope x</c> (<see cref="LeakyRelu"/>); the shape is unchanged.</summary>
    /// <param name="negativeSlope">
    /// Slope below zero, 0 or more: the gradient is computed from the sign of the output. Default: 0.01, as in PyTorch.
    /// </param>
    public sealed class LeakyReluAttribute(double negativeSlope = LayerDefaults.NegativeSlope) : LayerAttribute
    {
        /// <summary>Slope below zero.</summary>
        public double NegativeSlope { get; } = negativeSlope;
    }

    /// <summary><c>x</c> where it is positive, else <c>alpha (e^x - 1)</c> (<see cref="Elu"/>); the shape is unchanged.</summary>
    /// <param name="alpha">What the value tends to below zero, with the other sign. Default: 1, as in PyTorch.</param>
    public sealed class EluAttribute(double alpha = LayerDefaults.EluAlpha) : LayerAttribute
    {
        /// <summary>What the value tends to below zero, with the other sign.</summary>
        public double Alpha { get; } = alpha;
    }

    /// <summary><c>min(max(0, x), 6)</c> of each element (<see cref="Relu6"/>); the shape is unchanged.</summary>
    public sealed class Relu6Attribute : LayerAttribute;

    /// <summary><c>min(max(min, x), max)</c> of each element (<see cref="HardTanh"/>); the shape is unchanged.</summary>
    /// <param name="min">The lowest value. Default: -1, as in PyTorch.</param>
    /// <param name="max">The highest value, above <paramref name="min"/>. Default: 1, as in PyTorch.</param>
    public sealed class HardTanhAttribute(double min = LayerDefaults.HardTanhMin, double max = LayerDefaults.HardTanhMax) : LayerAttribute
    {
        /// <summary>The lowest value.</summary>
        public double Min { get; } = min;

        /// <summary>The highest value.</summary>
        public double Max { get; } = max;
    }

    /// <summary><c>1 / (1 + e^-x)</c> of each element (<see cref="Sigmoid"/>); the shape is unchanged.</summary>
    public sealed class SigmoidAttribute : LayerAttribute;

    /// <summary><c>tanh x</c> of each element (<see cref="Tanh"/>); the shape is unchanged.</summary>
    public sealed class TanhAttribute : LayerAttribute;

    /// <summary><c>x / (1 + e^-x)</c> of each element, also known as swish (<see cref="Silu"/>); the shape is unchanged.</summary>
    public sealed class SiluAttribute : LayerAttribute;

    /// <summary><c>x (1 + erf(x / √2)) / 2</c> of each element, the exact form (<see cref="Gelu"/>); the shape is unchanged.</summary>
    public sealed class GeluAttribute : LayerAttribute;

    /// <summary><c>x min(max(0, x + 3), 6) / 6</c> of each element (<see cref="HardSwish"/>); the shape is unchanged.</summary>
    public sealed class HardSwishAttribute : LayerAttribute;

    /// <summary><c>min(max(0, x + 3), 6) / 6</c> of each element (<see cref="HardSigmoid"/>); the shape is unchanged.</summary>
    public sealed class HardSigmoidAttribute : LayerAttribute;

    /// <summary>An activation of your own, applied to each element; the shape is unchanged.</summary>
    /// <typeparam name="TActivation">The formula and its gradient: see <see cref="IActivation"/>.</typeparam>
    /// <param name="arguments">
    /// Arguments of the struct's constructor, in order, each a <c>float</c>. Default: none, which is the struct as <c>new TActivation()</c> makes it.
    /// </param>
    public sealed class ActivationAttribute<TActivation>(params double[] arguments) : LayerAttribute
        where TActivation : unmanaged, IActivation
    {
        /// <summary>Arguments of the struct's constructor.</summary>
        public IReadOnlyList<double> Arguments { get; } = arguments;
    }
}

namespace Nin.Layers
{
    /// <summary>An activation, the library's or your own.</summary>
    /// <typeparam name="TShape">Shape of one example, in and out.</typeparam>
    /// <typeparam name="TActivation">The formula and its gradient.</typeparam>
    /// <param name="device">Where it runs.</param>
    /// <param name="name">Its name in the network.</param>
    /// <param name="activation">The formula's own numbers, such as a slope.</param>
    public sealed class Activation<TShape, TActivation>(Device device, string name, TActivation activation = default)
        : StepLayer<TShape, TShape, ActivationStep<TActivation>>(device, name, new ActivationStep<TActivation>(TShape.Shape, activation))
        where TShape : struct, IShape
        where TActivation : unmanaged, IActivation;
}
