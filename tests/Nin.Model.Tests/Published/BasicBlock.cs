namespace Nin.Model.Tests.Published;

/// <summary>The residual block of ResNet-18 and ResNet-34 (He et al. 2015, arXiv 1512.03385).</summary>
[Layers]
[Conv2d(Block.Filters, Kernel = 3, Stride = Block.Stride, Padding = 1, Bias = false)]
[BatchNorm2d, Relu]
[Conv2d(Block.Filters, Kernel = 3, Padding = 1, Bias = false)]
[BatchNorm2d]
[Add("Norm2", "input", Project = true)]
[Relu]
abstract class BasicBlock;
