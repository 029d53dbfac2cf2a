namespace Nin.Model.Tests.Published;

/// <summary>
/// AlexNet as torchvision has it (Krizhevsky 2014, arXiv 1404.5997). Its adaptive pooling to 6 x 6 is left out: images of 224 x 224 give
/// 6 x 6 without it.
/// </summary>
[Network(3, 224, 224, Classes = 1000)]
[Conv2d(64, Kernel = 11, Stride = 4, Padding = 2)]
[Relu]
[MaxPool2d(3, Stride = 2)]
[Conv2d(192, Kernel = 5, Padding = 2)]
[Relu]
[MaxPool2d(3, Stride = 2)]
[Conv2d(384, Kernel = 3, Padding = 1)]
[Relu]
[Conv2d(256, Kernel = 3, Padding = 1)]
[Relu]
[Conv2d(256, Kernel = 3, Padding = 1)]
[Relu]
[MaxPool2d(3, Stride = 2)]
[Flatten]
[Dropout(0.5)]
[Linear(4096)]
[Relu]
[Dropout(0.5)]
[Linear(4096)]
[Relu]
[Linear(1000)]
public sealed partial class AlexNet;
