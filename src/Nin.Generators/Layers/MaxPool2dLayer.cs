using Nin.Generators.Parsing;

namespace Nin.Generators.Layers;

/// <summary>The largest element of each window.</summary>
sealed record MaxPool2dLayer(Window Window) : PoolingLayer("MaxPool2d", Window)
{
    public static MaxPool2dLayer Read(ArgumentReader arguments) => new(Window.ReadPooling(arguments));
}
