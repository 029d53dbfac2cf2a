namespace Nin.Model.Tests.Published;

/// <summary>
/// LeNet-5 (LeCun et al. 1998) as chapter 7.6 of <i>Dive into Deep Learning</i> has it, with ReLU in place of the sigmoid.
/// </summary>
[Network(1, 28, 28, Classes = 10)]
[Conv2d(6, Kernel = 5, Padding = 2)]
[Relu]
[AvgPool2d(2)]
[Conv2d(16, Kernel = 5)]
[Relu]
[AvgPool2d(2)]
[Flatten]
[Linear(120)]
[Relu]
[Linear(84)]
[Relu]
[Linear(10)]
public sealed partial class LeNet5;
