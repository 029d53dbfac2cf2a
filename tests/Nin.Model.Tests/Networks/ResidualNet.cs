namespace Nin.Model.Tests.Networks;

/// <summary>Two residual connections; one value has three readers, and one sum reads the same value twice.</summary>
[Network(3, 9, 11, Classes = 5)]
[Conv2d(6, Kernel = 3, Padding = 1, Name = "Stem")]
[Relu]
[Conv2d(6, Kernel = 3, Padding = 1)]
[Relu]
[Conv2d(6, Kernel = 3, Padding = 1)]
[Add(nameof(Conv3), nameof(Relu1))]
[Relu]
[Add(nameof(Relu3), nameof(Relu3), nameof(Relu1))]
[Dropout(0.25)]
[Pointwise(5)]
[GlobalAvgPool2d]
[Flatten]
public sealed partial class ResidualNet;
