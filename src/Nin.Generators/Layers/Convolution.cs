using Nin.Generators.Spec;

namespace Nin.Generators.Layers;

/// <summary>What one convolution has and costs, alone or in a block, named as PyTorch's <c>state_dict</c> names it.</summary>
static class Convolution
{
    /// <summary>Weights <c>[filters, groupChannels, kernel, kernel]</c> and the bias.</summary>
    public static IEnumerable<ParameterSpec> Parameters(string path, long filters, long groupChannels, long kernel, bool bias)
    {
        yield return new($"{path}.weight", ParameterRole.Weight, new([filters, groupChannels, kernel, kernel]));
        if (bias) yield return new($"{path}.bias", ParameterRole.Bias, new([filters]));
    }

    /// <summary>Each output element is a sum over a window of a group's channels.</summary>
    public static long Macs(Shape output, long groupChannels, long kernel) =>
        Saturated.Product(output.Elements, groupChannels, kernel, kernel);
}
