namespace Nin.Model.Tests.Networks;

/// <summary>
/// Convolutions with a normalisation after them, with and without ReLU; a convolution whose value another layer reads as well; and a normalisation
/// with a ReLU alone.
/// </summary>
[Network(3, 9, 11, Classes = 5)]
[Conv2d(6, Kernel = 3, Padding = 1, Bias = false)]
[BatchNorm2d(Epsilon = 1e-3, Momentum = 0.2)]
[Relu]
[Pointwise(6, Bias = false)]
[BatchNorm2d]
[Conv2d(6, Kernel = 3, Padding = 1)]
[BatchNorm2d]
[Relu]
[Add(nameof(Conv2), nameof(Relu2), nameof(Norm2))]
[MaxPool2d(2)]
[BatchNorm2d]
[Relu]
[Pointwise(5)]
[Relu]
[GlobalAvgPool2d]
[Flatten]
public sealed partial class NormalizedNet;
