namespace Nin.Benchmarks.Models;

/// <summary>LeNet (LeCun et al. 1998) with ReLU and max pooling, as tutorials train it on 28 x 28.</summary>
[Network(1, 28, 28, Classes = 10)]
[Conv2d(6, Kernel = 5, Padding = 2)]
[Relu]
[MaxPool2d(2)]
[Conv2d(16, Kernel = 5)]
[Relu]
[MaxPool2d(2)]
[Flatten]
[Linear(120)]
[Relu]
[Linear(84)]
[Relu]
[Linear(10)]
public sealed partial class LeNet;
