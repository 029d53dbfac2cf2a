using System.Reflection;
using Nin.Layers;

namespace Nin.Model.Tests.Networks;

/// <summary>Runs a network on a tape, layer by layer through its properties, as its architecture says that they are wired.</summary>
static class Layerwise
{
    public static Traced Forward(INetwork network, Traced input)
    {
        var values = new List<Traced>();
        foreach (var layer in network.Architecture.Layers)
        {
            object property = network.GetType().GetProperty(layer.Name)!.GetValue(network)!;
            Traced[] inputs = [.. layer.Inputs.Select(i => i < 0 ? input : values[i])];
            values.Add(Apply(property, inputs));
        }

        return values[^1];
    }

    static Traced Apply(object layer, Traced[] inputs)
    {
        var type = layer.GetType();
        while (!Is(type, typeof(Layer<,>)) && !Is(type, typeof(Merge<>))) type = type.BaseType!;
        string name = Is(type, typeof(Merge<>)) ? nameof(ApplyMerge) : nameof(ApplyLayer);
        var method = typeof(Layerwise).GetMethod(name, BindingFlags.NonPublic | BindingFlags.Static)!;
        return (Traced)method.MakeGenericMethod(type.GetGenericArguments()).Invoke(null, [layer, inputs])!;
    }

    static bool Is(Type type, Type definition) => type.IsGenericType && type.GetGenericTypeDefinition() == definition;

    static Traced ApplyLayer<TIn, TOut>(Layer<TIn, TOut> layer, Traced[] inputs)
        where TIn : struct, IShape
        where TOut : struct, IShape => layer.Forward(inputs.Single().As<TIn>());

    static Traced ApplyMerge<TOut>(Merge<TOut> layer, Traced[] inputs)
        where TOut : struct, IShape => layer.ForwardUntyped(inputs);
}
