using Nin.Generators.Layers;
using Nin.Generators.Planning;
using Nin.Generators.Source;

namespace Nin.Generators.Emission;

/// <summary>How a network is created: from a seed, or from a file.</summary>
static class ConstructorEmitter
{
    public static void Emit(NetworkParts parts, SourceWriter writer)
    {
        string name = parts.Spec.ClassName;
        writer.Line($"""

            /// <summary>Allocates memory for the parameters and initialises them.</summary>
            /// <param name="device">Where it runs.</param>
            /// <param name="seed">Keys the initial weights and dropout.</param>
            /// <exception cref="global::System.InsufficientMemoryException">The device has insufficient memory.</exception>
            """);
        writer.Line($"public {name}(global::Nin.Device device, int seed = 0)");
        writer.Deeper(": this(device, seed, initialize: true)").Open().Close();
        writer.Line("\n// Without initial weights, for those of a file.");
        writer.Line($"{name}(global::Nin.Device device, int seed, bool initialize)");
        writer.Deeper(": base(device, seed, Declared.Architecture, Declared.Plan, initialize)").Open();
        foreach (LayerSpec layer in parts.Spec.Layers)
        {
            string type = layer.Layer.RuntimeType(layer, parts.OwnClasses[layer.Position]);
            writer.Call($"{Access.To(layer.Name)} = new {type}(", layer.Layer.ConstructorArguments(layer));
        }

        foreach (FusedStep fused in parts.Fused.All) writer.Line($"{fused.Name} = {fused.Expression};");
        writer.Close();
        EmitLoad(name, writer);
    }

    static void EmitLoad(string name, SourceWriter writer) => writer.Line($$"""

        /// <summary>A network with the weights of a file.</summary>
        /// <param name="device">Where it runs.</param>
        /// <param name="path">A safetensors file with this network's parameters.</param>
        /// <exception cref="global::System.IO.InvalidDataException">The file is damaged, or another network's.</exception>
        public static {{name}} Load(global::Nin.Device device, string path) => global::Nin.Checkpoint.LoadInto(new {{name}}(device, 0, initialize: false), path);

        /// <summary>A network with weights from a stream, which is left open.</summary>
        /// <param name="device">Where it runs.</param>
        /// <param name="stream">What a safetensors file with this network's parameters holds.</param>
        /// <exception cref="global::System.IO.InvalidDataException">It is damaged, or another network's.</exception>
        public static {{name}} Load(global::Nin.Device device, global::System.IO.Stream stream) =>
            global::Nin.Checkpoint.LoadInto(new {{name}}(device, 0, initialize: false), stream);

        static {{name}} global::Nin.INetworkType<{{name}}>.Create(global::Nin.Device device, int seed) => new(device, seed);
        """);
}
