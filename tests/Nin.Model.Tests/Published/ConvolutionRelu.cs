namespace Nin.Model.Tests.Published;

/// <summary>What VGG repeats.</summary>
[Layers]
[Conv2d(Block.Filters, Kernel = 3, Padding = 1)]
[Relu]
abstract class ConvolutionRelu;
