namespace Nin.Model.Tests.Networks;

/// <summary>Windows that differ by axis and side, padding that the input decides, windows that hang over, and blocks without biases.</summary>
[Network(2, 13, 11, Classes = 4)]
[Conv2d(4, KernelHeight = 3, KernelWidth = 5, StrideHeight = 2, PaddingTop = 2, PaddingRight = 1)]
[Relu]
[Conv2d(6, Kernel = 4, Same = true, Groups = 2)]
[MaxPool2d(KernelHeight = 2, KernelWidth = 3, Stride = 2, PaddingLeft = 1, CeilMode = true)]
[NinBlock(5, 6, 7, KernelHeight = 1, KernelWidth = 3, PaddingLeft = 1, Bias = false)]
[AvgPool2d(2, Stride = 1, PaddingBottom = 1, CeilMode = true, CountIncludePad = false)]
[NinBlock(6, Pointwise = 1, Kernel = 2, Same = true, BatchNorm = true, LastRelu = false, Bias = false)]
[AvgPool2d(3, Same = true)]
[Flatten]
[Linear(4)]
public sealed partial class WindowsNet;
