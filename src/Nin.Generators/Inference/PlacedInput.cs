using Nin.Generators.Spec;
using static System.FormattableString;

namespace Nin.Generators.Inference;

/// <summary>An input of a layer.</summary>
/// <param name="Label">What messages call the layer that gives it; null for the network's input.</param>
/// <param name="Shape">Its shape.</param>
readonly record struct PlacedInput(string? Label, Shape Shape)
{
    /// <summary>A clause for messages.</summary>
    public string Says => Label is null ? Invariant($"the network's input is {Shape}") : Invariant($"{Label} gives {Shape}");
}
