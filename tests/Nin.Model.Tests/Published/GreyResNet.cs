namespace Nin.Model.Tests.Published;

/// <summary>ResNet-18 for images of one channel.</summary>
[Network(1, 64, 64)]
[Conv2d(64, Kernel = 7, Stride = 2, Padding = 3, Bias = false)]
[BatchNorm2d, Relu]
[MaxPool2d(3, Stride = 2, Padding = 1)]
[LayersOf<BasicBlock>(Times = 2, Name = "Stage1", Filters = 64, Stride = 1)]
[LayersOf<BasicBlock>(Times = 2, Name = "Stage2", Filters = 128, Stride = 2)]
[LayersOf<BasicBlock>(Times = 2, Name = "Stage3", Filters = 256, Stride = 2)]
[LayersOf<BasicBlock>(Times = 2, Name = "Stage4", Filters = 512, Stride = 2)]
[GlobalAvgPool2d]
public sealed partial class GreyResNet;
