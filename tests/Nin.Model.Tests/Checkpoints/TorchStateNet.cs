namespace Nin.Model.Tests.Checkpoints;

/// <summary>The layers of the network in <c>tests/Nin.TorchSharp</c>.</summary>
[Network(3, 12, 10, Classes = 5)]
[Conv2d(8, KernelHeight = 3, KernelWidth = 5, StrideHeight = 2, StrideWidth = 1, PaddingTop = 1, PaddingBottom = 1, PaddingLeft = 2, PaddingRight = 2, Bias = false)]
[BatchNorm2d, Relu]
[Conv2d(16, Kernel = 3, Padding = 1, Groups = 8)]
[Silu]
[NinBlock(12, Kernel = 3, Padding = 1, BatchNorm = true, LastRelu = true)]
[MaxPool2d(2)]
[ConvTranspose2d(8, Kernel = 3, Stride = 2, Padding = 1, OutputPadding = 1, Groups = 4)]
[Flatten]
[Linear(16)]
[BatchNorm2d]
[Gelu]
[Linear(5, Bias = false)]
public sealed partial class TorchStateNet;
