namespace Nin.Model.Tests.Networks;

/// <summary>The layers that NiN does not use: groups, dilation, leaky ReLU, local response normalisation, average pooling, a transposed convolution and batch normalisation on its own.</summary>
[Network(4, 13, 11, Classes = 6)]
[Conv2d(8, Kernel = 3, Padding = 2, Dilation = 2, Groups = 2, Bias = false)]
[BatchNorm2d(Epsilon = 1e-3, Momentum = 0.2)]
[LeakyRelu(0.1)]
[LocalResponseNorm(5, Alpha = 0.5, K = 2)]
[AvgPool2d(3, Stride = 2, Padding = 1)]
[Conv2d(6, Kernel = 2, Stride = 2)]
[LeakyRelu]
[BatchNorm2d]
[Relu]
[ConvTranspose2d(8, Kernel = 3, Stride = 2, Padding = 1, OutputPadding = 1, Groups = 2)]
[Relu]
[GlobalAvgPool2d]
[Flatten]
[Linear(6)]
public sealed partial class MixedNet;
