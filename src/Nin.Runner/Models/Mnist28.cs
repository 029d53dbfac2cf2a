namespace Nin.Runner.Models;

/// <summary>
/// The network that Lin, Chen and Yan (2013) trained on MNIST, at the data's own 28 x 28. The ReLU before the loss is left out: a
/// class whose logit it holds at zero never learns again.
/// </summary>
[Network(1, 28, 28, Classes = 10)]
[NinBlock(96, 64, 48, Kernel = 5, Padding = 2)]
[MaxPool2d(3, Stride = 2, Padding = 1)]
[Dropout(0.5)]
[NinBlock(128, 96, 48, Kernel = 5, Padding = 2)]
[MaxPool2d(3, Stride = 2, Padding = 1)]
[Dropout(0.5)]
[NinBlock(128, 96, 10, Kernel = 5, Padding = 2, LastRelu = false)]
[GlobalAvgPool2d]
[Flatten]
public sealed partial class Mnist28;
