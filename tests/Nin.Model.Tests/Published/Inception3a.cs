namespace Nin.Model.Tests.Published;

/// <summary>
/// The block 3a of GoogLeNet (Szegedy et al. 2014, arXiv 1409.4842), with biases and without normalisation, after the pooling that it
/// follows there.
/// </summary>
[Network(192, 56, 56)]
[MaxPool2d(3, Stride = 2, Padding = 1, Name = "Input")]
[Pointwise(64)]
[Relu(Name = "One")]
[Pointwise(96, From = nameof(Input))]
[Relu]
[Conv2d(128, Kernel = 3, Padding = 1)]
[Relu(Name = "Three")]
[Pointwise(16, From = nameof(Input))]
[Relu]
[Conv2d(32, Kernel = 5, Padding = 2)]
[Relu(Name = "Five")]
[MaxPool2d(3, Stride = 1, Padding = 1, From = nameof(Input))]
[Pointwise(32)]
[Relu(Name = "Pooled")]
[Concat(nameof(One), nameof(Three), nameof(Five), nameof(Pooled))]
public sealed partial class Inception3a;
