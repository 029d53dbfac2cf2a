namespace Nin.Benchmarks.Models;

/// <summary>Two 3x3 convolutions and what they are added to (He et al. 2016).</summary>
[Layers]
[Conv2d(Block.Filters, Kernel = 3, Stride = Block.Stride, Padding = 1, Bias = false), BatchNorm2d, Relu]
[Conv2d(Block.Filters, Kernel = 3, Padding = 1, Bias = false), BatchNorm2d]
[Add("Norm2", "input", Project = true), Relu]
abstract class BasicBlock;

/// <summary>ResNet-18 (He et al. 2016), for ten classes.</summary>
[Network(3, 224, 224, Classes = 10)]
[Conv2d(64, Kernel = 7, Stride = 2, Padding = 3, Bias = false), BatchNorm2d, Relu]
[MaxPool2d(3, Stride = 2, Padding = 1)]
[LayersOf<BasicBlock>(Times = 2, Name = "Stage1", Filters = 64, Stride = 1)]
[LayersOf<BasicBlock>(Times = 2, Name = "Stage2", Filters = 128, Stride = 2)]
[LayersOf<BasicBlock>(Times = 2, Name = "Stage3", Filters = 256, Stride = 2)]
[LayersOf<BasicBlock>(Times = 2, Name = "Stage4", Filters = 512, Stride = 2)]
[GlobalAvgPool2d, Flatten, Linear(10)]
public sealed partial class ResNet18;

/// <summary>The same layers over small images.</summary>
[Network(3, 64, 64, Classes = 10)]
[LayersOf<ResNet18>]
public sealed partial class ResNet18At64;
