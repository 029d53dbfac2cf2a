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
        var all = new float[parameters.Select(p => p.Length).DefaultIfEmpty().Max()];
        for (int i = 0; i < parameters.Count; i++)
        {
            var parameter = parameters[i];
            var values = all.AsSpan(0, (int)parameter.Length);
            values.Clear();
            if (parameter.Spec.Role == ParameterRole.Weight) FillUniform(values, Bound(parameter.Spec, init), (ulong)seed, (uint)i);
            else if (parameter.Spec.Role is ParameterRole.Scale or ParameterRole.RunningVariance) values.Fill(1);
            parameter.CopyFrom(values);
        }
    }

    /// <summary>Half the width of the uniform distribution.</summary>
    static double Bound(ParameterSpec weight, Init init)
    {
        double window = 1;
        for (int i = 2; i < weight.Dims.Length; i++) window *= weight.Dims[i];
        double fanIn = weight.Dims[1] * window, fanOut = weight.Dims[0] * window;
        return init == Init.Xavier ? Math.Sqrt(6 / (fanIn + fanOut)) : Math.Sqrt(6 / fanIn);
    }

    static void FillUniform(Span<float> values, double bound, ulong seed, uint parameter)
    {
        for (int i = 0; i < values.Length; i += 4)
        {
            var words = Philox4x32.Block(seed, RandomPurpose.Initialization, 0, parameter, (uint)(i / 4));
            for (int j = 0; j < 4 && i + j < values.Length; j++)
            {
                uint word = j == 0 ? words.X0 : j == 1 ? words.X1 : j == 2 ? words.X2 : words.X3;
                values[i + j] = (float)((2 * Philox4x32.ToUnit(word) - 1) * bound);
            }
        }
    }
}
