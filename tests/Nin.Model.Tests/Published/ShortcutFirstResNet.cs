namespace Nin.Model.Tests.Published;

/// <summary>ResNet-18 with each shortcut's convolution before the others of its block, as some exporters write it, and with five classes.</summary>
[Network(3, 64, 64, Classes = 5)]
[Conv2d(64, Kernel = 7, Stride = 2, Padding = 3, Bias = false)]
[BatchNorm2d]
[Relu]
[MaxPool2d(3, Stride = 2, Padding = 1)]
[LayersOf<BasicBlock>(Times = 2, Name = "Stage1", Filters = 64, Stride = 1)]
[LayersOf<ShortcutFirstBlock>(Name = "Stage2", Filters = 128)]
[LayersOf<BasicBlock>(Name = "Stage2b", Filters = 128, Stride = 1)]
[LayersOf<ShortcutFirstBlock>(Name = "Stage3", Filters = 256)]
[LayersOf<BasicBlock>(Name = "Stage3b", Filters = 256, Stride = 1)]
[LayersOf<ShortcutFirstBlock>(Name = "Stage4", Filters = 512)]
[LayersOf<BasicBlock>(Name = "Stage4b", Filters = 512, Stride = 1)]
[GlobalAvgPool2d]
[Flatten]
[Linear(5, Name = "Head")]
public sealed partial class ShortcutFirstResNet;

/// <summary>A residual block of half the resolution.</summary>
[Layers]
[Conv2d(Block.Filters, Kernel = 1, Stride = 2, Bias = false, Name = "Shortcut")]
[BatchNorm2d(Name = "ShortcutNorm")]
[Conv2d(Block.Filters, Kernel = 3, Stride = 2, Padding = 1, Bias = false, From = "input")]
[BatchNorm2d]
[Relu]
[Conv2d(Block.Filters, Kernel = 3, Padding = 1, Bias = false)]
[BatchNorm2d]
[Add("Norm3", "ShortcutNorm")]
[Relu]
abstract class ShortcutFirstBlock;
