namespace Nin.Model.Tests.Networks;

/// <summary>
/// Depthwise-separable layers and an inverted residual block (Sandler et al. 2018), whose normalised values training does not keep: after a ReLU, a ReLU6 or
/// nothing, read by a depthwise convolution with a stride or without, by a 1x1 convolution, and by one to which a residual is added.
/// </summary>
[Network(3, 10, 9, Classes = 5)]
[Conv2d(6, Kernel = 3, Padding = 1, Bias = false)]
[BatchNorm2d]
[Relu]
[Conv2d(6, Kernel = 3, Padding = 1, Groups = 6, Bias = false)]
[BatchNorm2d]
[Relu6]
[Pointwise(8, Bias = false)]
[BatchNorm2d]
[Pointwise(20)]
[BatchNorm2d]
[Relu6]
[Conv2d(20, Kernel = 3, Stride = 2, Padding = 1, Groups = 20)]
[BatchNorm2d]
[Relu]
[Pointwise(8)]
[BatchNorm2d]
[Relu(Name = "Trunk")]
[Pointwise(16)]
[BatchNorm2d]
[Relu6]
[Conv2d(16, Kernel = 3, Padding = 1, Groups = 16)]
[BatchNorm2d]
[Relu6]
[Pointwise(8)]
[BatchNorm2d(Name = "Last")]
[Add("Trunk", "Last")]
[Relu]
[Dropout(0.25)]
[Pointwise(5)]
[GlobalAvgPool2d]
[Flatten]
public sealed partial class InvertedNet;
