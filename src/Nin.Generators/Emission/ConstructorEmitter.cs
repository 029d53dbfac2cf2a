using Nin.Generators.Planning;
using Nin.Generators.Spec;

namespace Nin.Generators.Emission;

/// <summary>How a network comes to be: by seed, or from a file.</summary>
static class ConstructorEmitter
{
    public static void Emit(NetworkParts parts, SourceWriter writer)
    {
        string name = parts.Spec.ClassName;
        writer.Line($"""

            /// <summary>Takes memory for the parameters and initialises them.</summary>
            /// <param name="device">Where it runs.</param>
            /// <param name="seed">Keys the initial weights and dropout.</param>
            /// <exception cref="global::System.InsufficientMemoryException">The device has not so much memory.</exception>
            """);
        writer.Line($"public {name}(global::Nin.Device device, int seed = 0)");
        writer.Deeper(": base(device, seed, Architecture, SessionPlan)").Open();
        for (int i = 0; i < parts.Spec.Layers.Count; i++)
        {
            LayerSpec layer = parts.Spec.Layers[i];
            string type = LayerCode.TypeOf(layer, parts.BlockClass(i));
            writer.Call($"{Access.To(layer.Name)} = new {type}(", LayerCode.ArgumentsOf(layer, i));
        }

        foreach (int i in parts.Fused.Layers) EmitFused(parts.Spec.Layers[i].Name, parts.Fused.Behind(i)!.Name, writer);
        writer.Close();
        EmitLoad(name, writer);
    }

    static void EmitFused(string layer, string step, SourceWriter writer)
    {
        string from = Access.To(layer);
        writer.Call(
            $"{step} = new global::Nin.ConvolutionStep(", $"{from}.Step.Sizes, {from}.Step.Output, {from}.Weight, {from}.Bias, relu: true");
    }

    static void EmitLoad(string name, SourceWriter writer) => writer.Line($$"""

        /// <summary>A network with the weights of a file.</summary>
        /// <param name="device">Where it runs.</param>
        /// <param name="path">A safetensors file with this network's parameters.</param>
        /// <exception cref="global::System.IO.InvalidDataException">The file is damaged, or another network's.</exception>
        public static {{name}} Load(global::Nin.Device device, string path)
        {
            var network = new {{name}}(device);
            try
            {
                global::Nin.Checkpoint.Load(network, path);
                return network;
            }
            catch
            {
                network.Dispose();
                throw;
            }
        }
        """);
}
