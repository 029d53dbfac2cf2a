using Nin.Generators.Parsing;

namespace Nin.Generators.Layers;

/// <summary>The mean of each window.</summary>
sealed record AvgPool2dLayer(Window Window) : PoolingLayer("AvgPool2d", Window)
{
    public static AvgPool2dLayer Read(ArgumentReader arguments) => new(Window.ReadPooling(arguments));
}
