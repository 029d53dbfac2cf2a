using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Nin;

/// <summary>The whole graph of a network: what summary, export and self-test read, and nothing else.</summary>
/// <param name="Name">The network's class.</param>
/// <param name="Input">Shape of one example that goes in.</param>
/// <param name="Init">How its weights start.</param>
/// <param name="Layers">Its layers in declaration order.</param>
public sealed record Architecture(string Name, Shape Input, Init Init, IReadOnlyList<LayerInfo> Layers)
{
    /// <summary>Shape of one example that comes out.</summary>
    public Shape Output => Layers[^1].Output;

    /// <summary>All parameters and buffers in declaration order.</summary>
    public IEnumerable<ParameterSpec> Parameters => Layers.SelectMany(l => l.Parameters);

    /// <summary>Trained elements.</summary>
    public long ParameterCount => Layers.Sum(l => l.ParameterCount);

    /// <summary>Multiply-adds of one example's forward pass.</summary>
    public long Macs => Layers.Sum(l => l.Macs);

    /// <summary>SHA-256 over everything that decides what the network computes: equal for equal layers, whatever the class is called.</summary>
    public string Hash()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{Input}\n");
        foreach (var layer in Layers)
        {
            text.Append(CultureInfo.InvariantCulture, $"{layer.Name} {layer.Kind} [");
            // Not string.Join, which would write -1 as the user's language does.
            for (int i = 0; i < layer.Inputs.Count; i++) text.Append(CultureInfo.InvariantCulture, $"{(i == 0 ? "" : ",")}{layer.Inputs[i]}");
            text.Append(CultureInfo.InvariantCulture, $"] {layer.Output}");
            foreach (var argument in layer.Arguments) text.Append(CultureInfo.InvariantCulture, $" {argument.Name}={argument.Value:R}");
            text.Append('\n');
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}

/// <summary>A layer as its network declares it.</summary>
/// <param name="Name">Its name: <c>Block1</c>.</param>
/// <param name="Kind">Its attribute: <c>NinBlock</c>.</param>
/// <param name="Arguments">Every argument with its value, defaults included; a flag is 0 or 1.</param>
/// <param name="Inputs">The layers it reads, by position from 0; -1 is the network's input.</param>
/// <param name="Output">Shape of one example that comes out.</param>
/// <param name="Parameters">Its parameters and buffers, named as in a checkpoint.</param>
/// <param name="Macs">Multiply-adds of one example's forward pass.</param>
/// <param name="ReceptiveField">Side of the square of input pixels that one output pixel sees.</param>
public sealed record LayerInfo(
    string Name,
    string Kind,
    IReadOnlyList<LayerArgument> Arguments,
    IReadOnlyList<int> Inputs,
    Shape Output,
    IReadOnlyList<ParameterSpec> Parameters,
    long Macs,
    int ReceptiveField)
{
    /// <summary>Trained elements.</summary>
    public long ParameterCount => Parameters.Where(p => p.IsTrainable).Sum(p => p.Length);

    /// <summary>Bytes of one example's output.</summary>
    public long ActivationBytes => Output.Length * sizeof(float);
}

/// <summary>An argument of a layer.</summary>
/// <param name="Name">As the attribute calls it.</param>
/// <param name="Value">Its value; a flag is 0 or 1.</param>
public readonly record struct LayerArgument(string Name, double Value);
