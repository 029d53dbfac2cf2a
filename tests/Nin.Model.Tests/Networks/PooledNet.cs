namespace Nin.Model.Tests.Networks;

/// <summary>
/// Layers without parameters before the first with some: values that have a gradient only where the input's is asked for, one of them read by
/// a sum twice, and by steps before and after the first parameter.
/// </summary>
[Network(6, 9, 8, Classes = 5)]
[MaxPool2d(3, Stride = 2, Padding = 1)]
[LeakyRelu(0.2, From = nameof(Pool1))]
[Add(nameof(Pool1), nameof(Pool1), nameof(LeakyRelu1))]
[Pointwise(6)]
[Relu]
[Add(nameof(Relu1), nameof(Pool1), nameof(Add1))]
[BatchNorm2d(From = nameof(Add1))]
[Concat(nameof(Add2), nameof(Norm1), nameof(Add1))]
[NinBlock(7, 6, 5, Kernel = 3, LastRelu = false)]
[GlobalAvgPool2d]
[Flatten]
public sealed partial class PooledNet;
