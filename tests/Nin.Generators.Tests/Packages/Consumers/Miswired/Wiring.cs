using Library;
using Nin;
using Nin.Dimensions;

namespace Miswired;

/// <summary>Takes images one column wider than the library's stem gives.</summary>
[Network(8, 12, 11)]
[Pointwise(10)]
public sealed partial class Head;

/// <summary>Wires what does not fit.</summary>
public static class Wiring
{
    /// <summary>Is not wiring.</summary>
    public static void Run(Stem stem, Head head, TensorBuffer<Chw<D3, D24, D20>> images) =>
        head.Forward(
            stem.Forward(images));
}
