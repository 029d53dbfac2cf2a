namespace Nin.Model.Tests.Networks;

/// <summary>
/// Residual blocks (He et al. 2016): with an identity, with a normalised 1x1 convolution of half the resolution, without a ReLU, of one convolution
/// that reads what is added to it, and before a pooling that masks.
/// </summary>
[Network(3, 9, 11, Classes = 5)]
[Conv2d(6, Kernel = 3, Padding = 1, Bias = false)]
[BatchNorm2d]
[Relu]
[Conv2d(6, Kernel = 3, Padding = 1, Bias = false)]
[BatchNorm2d]
[Relu]
[Conv2d(6, Kernel = 3, Padding = 1, Bias = false)]
[BatchNorm2d(Momentum = 0.2)]
[Add(nameof(Norm3), nameof(Relu1))]
[Relu]
[Conv2d(8, Kernel = 3, Stride = 2, Padding = 1, Bias = false)]
[BatchNorm2d]
[Relu]
[Conv2d(8, Kernel = 3, Padding = 1)]
[BatchNorm2d]
[Conv2d(8, Kernel = 1, Stride = 2, From = nameof(Relu3), Name = "Shortcut")]
[BatchNorm2d(Name = "ShortcutNorm")]
[Add(nameof(Norm5), nameof(ShortcutNorm))]
[Pointwise(8)]
[BatchNorm2d(Name = "Norm6")]
[Add(nameof(Add2), nameof(Norm6))]
[Relu]
[Dropout(0.25)]
[Pointwise(8)]
[BatchNorm2d(Name = "Norm7")]
[Add(nameof(Norm7), nameof(Dropout1))]
[Relu]
[MaxPool2d(2)]
[Pointwise(5)]
[GlobalAvgPool2d]
[Flatten]
public sealed partial class ResidualBlocksNet;

/// <summary>What is added has a gradient only where the input's is asked for.</summary>
[Network(3, 9, 11, Classes = 5)]
[AvgPool2d(2)]
[Conv2d(3, Kernel = 3, Padding = 1)]
[BatchNorm2d]
[Add(nameof(Pool1), nameof(Norm1))]
[Relu]
[Pointwise(5)]
[GlobalAvgPool2d]
[Flatten]
public sealed partial class ResidualInputNet;
