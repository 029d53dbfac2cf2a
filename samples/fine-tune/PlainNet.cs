using Nin;

namespace Nin.Samples;

/// <summary>
/// ResNet-18 as one declares it to train from nothing. The imported network's normalisations move their running statistics by 0.01165 a step, which suits a million
/// pictures and not a hundred; here they move by a tenth.
/// </summary>
[Network(3, 224, 224, Classes = 8)]
[Conv2d(64, Kernel = 7, Stride = 2, Padding = 3, Bias = false)]
[BatchNorm2d, Relu]
[MaxPool2d(3, Stride = 2, Padding = 1)]
[LayersOf<ResidualBlock>(Times = 2, Name = "Stage1", Filters = 64, Stride = 1)]
[LayersOf<ResidualBlock>(Times = 2, Name = "Stage2", Filters = 128, Stride = 2)]
[LayersOf<ResidualBlock>(Times = 2, Name = "Stage3", Filters = 256, Stride = 2)]
[LayersOf<ResidualBlock>(Times = 2, Name = "Stage4", Filters = 512, Stride = 2)]
[GlobalAvgPool2d]
[Flatten]
[Linear(8, Name = "Head")]
public sealed partial class PlainNet;

/// <summary>Two convolutions and what goes past them.</summary>
[Layers]
[Conv2d(Block.Filters, Kernel = 3, Stride = Block.Stride, Padding = 1, Bias = false)]
[BatchNorm2d, Relu]
[Conv2d(Block.Filters, Kernel = 3, Padding = 1, Bias = false)]
[BatchNorm2d]
[Add("Norm2", "input", Project = true)]
[Relu]
abstract class ResidualBlock;
