namespace Nin.Benchmarks.Models;

/// <summary>MobileNetV1 (Howard et al. 2017): depthwise 3x3 and 1x1 convolutions, each with its normalisation and ReLU.</summary>
[Network(3, 224, 224, Classes = 10)]
[Conv2d(32, Kernel = 3, Stride = 2, Padding = 1, Bias = false), BatchNorm2d, Relu]
[Conv2d(32, Kernel = 3, Padding = 1, Groups = 32, Bias = false), BatchNorm2d, Relu]
[Conv2d(64, Kernel = 1, Bias = false), BatchNorm2d, Relu]
[Conv2d(64, Kernel = 3, Stride = 2, Padding = 1, Groups = 64, Bias = false), BatchNorm2d, Relu]
[Conv2d(128, Kernel = 1, Bias = false), BatchNorm2d, Relu]
[Conv2d(128, Kernel = 3, Padding = 1, Groups = 128, Bias = false), BatchNorm2d, Relu]
[Conv2d(128, Kernel = 1, Bias = false), BatchNorm2d, Relu]
[Conv2d(128, Kernel = 3, Stride = 2, Padding = 1, Groups = 128, Bias = false), BatchNorm2d, Relu]
[Conv2d(256, Kernel = 1, Bias = false), BatchNorm2d, Relu]
[Conv2d(256, Kernel = 3, Padding = 1, Groups = 256, Bias = false), BatchNorm2d, Relu]
[Conv2d(256, Kernel = 1, Bias = false), BatchNorm2d, Relu]
[Conv2d(256, Kernel = 3, Stride = 2, Padding = 1, Groups = 256, Bias = false), BatchNorm2d, Relu]
[Conv2d(512, Kernel = 1, Bias = false), BatchNorm2d, Relu]
[Conv2d(512, Kernel = 3, Padding = 1, Groups = 512, Bias = false), BatchNorm2d, Relu]
[Conv2d(512, Kernel = 1, Bias = false), BatchNorm2d, Relu]
[Conv2d(512, Kernel = 3, Padding = 1, Groups = 512, Bias = false), BatchNorm2d, Relu]
[Conv2d(512, Kernel = 1, Bias = false), BatchNorm2d, Relu]
[Conv2d(512, Kernel = 3, Padding = 1, Groups = 512, Bias = false), BatchNorm2d, Relu]
[Conv2d(512, Kernel = 1, Bias = false), BatchNorm2d, Relu]
[Conv2d(512, Kernel = 3, Padding = 1, Groups = 512, Bias = false), BatchNorm2d, Relu]
[Conv2d(512, Kernel = 1, Bias = false), BatchNorm2d, Relu]
[Conv2d(512, Kernel = 3, Padding = 1, Groups = 512, Bias = false), BatchNorm2d, Relu]
[Conv2d(512, Kernel = 1, Bias = false), BatchNorm2d, Relu]
[Conv2d(512, Kernel = 3, Stride = 2, Padding = 1, Groups = 512, Bias = false), BatchNorm2d, Relu]
[Conv2d(1024, Kernel = 1, Bias = false), BatchNorm2d, Relu]
[Conv2d(1024, Kernel = 3, Padding = 1, Groups = 1024, Bias = false), BatchNorm2d, Relu]
[Conv2d(1024, Kernel = 1, Bias = false), BatchNorm2d, Relu]
[GlobalAvgPool2d, Flatten, Linear(10)]
public sealed partial class MobileNet;

/// <summary>The same layers over small images.</summary>
[Network(3, 96, 96, Classes = 10)]
[LayersOf<MobileNet>]
public sealed partial class MobileNetAt96;
