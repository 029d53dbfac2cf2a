using Nin.Ops;

namespace Nin.Training;

/// <summary>
/// Initial weights, from Philox keyed by the seed and the parameter's position: the same whatever the device and whatever else is drawn.
/// The rules are those of PyTorch's <c>torch/nn/init.py</c>.
/// </summary>
public static class Initialization
{
    /// <summary>Overwrites all parameters and buffers as a new network of that seed has them; a network's constructor does so by itself.</summary>
    public static void Apply(ParameterSet parameters, Init init, int seed)
    {
        for (int i = 0; i < parameters.Count; i++)
        {
            var parameter = parameters[i];
            switch (parameter.Spec.Role)
            {
                case ParameterRole.Weight:
                    parameter.Write(new UniformValues(Bound(parameter.Spec, init), (ulong)seed, (uint)i));
                    break;
                case ParameterRole.Scale or ParameterRole.RunningVariance:
                    parameter.Write(new OneValue(1));
                    break;
                default:
                    parameter.Write(new OneValue(0));
                    break;
            }
        }
    }

    /// <summary>Half the width of the uniform distribution.</summary>
    static double Bound(ParameterSpec weight, Init init)
    {
        double window = 1;
        for (int i = 2; i < weight.Dims.Length; i++) window *= weight.Dims[i];
        // As PyTorch counts, of a transposed convolution too: what comes out of one channel, and not what goes into one.
        double fanIn = weight.Dims[1] * window, fanOut = weight.Dims[0] * window;
        return init == Init.Xavier ? Math.Sqrt(6 / (fanIn + fanOut)) : Math.Sqrt(6 / fanIn);
    }

    /// <summary>Uniform between -bound and bound. Element i is a word of block i / 4, wherever reading starts.</summary>
    readonly struct UniformValues(double bound, ulong seed, uint parameter) : IParameterValues
    {
        public void Read(long start, Span<float> values)
        {
            for (int i = 0; i < values.Length;)
            {
                var words = Philox4x32.Block(seed, RandomPurpose.Initialization, 0, parameter, (uint)((start + i) / 4));
                for (int j = (int)((start + i) % 4); j < 4 && i < values.Length; i++, j++)
                {
                    uint word = j == 0 ? words.X0 : j == 1 ? words.X1 : j == 2 ? words.X2 : words.X3;
                    values[i] = (float)((2 * Philox4x32.ToUnit(word) - 1) * bound);
                }
            }
        }
    }

    readonly struct OneValue(float value) : IParameterValues
    {
        public void Read(long start, Span<float> values) => values.Fill(value);
    }
}
