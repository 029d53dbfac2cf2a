namespace Nin.Model.Tests.Networks;

/// <summary>Features of several pixels, linear layers with and without bias, and branches after <c>Flatten</c>.</summary>
[Network(2, 6, 5, Classes = 7)]
[Dropout(0.1)]
[Conv2d(4, Kernel = 3, Stride = 2)]
[Flatten]
[Relu]
[Linear(9)]
[Relu]
[Dropout(0.5)]
[Linear(9, Bias = false)]
[Add(nameof(Linear2), nameof(Linear1))]
[Concat(nameof(Add1), nameof(Flatten1))]
[Linear(7)]
public sealed partial class FlatNet;
