namespace Nin.Samples;

/// <summary>A small network that holds the layer; the compiler checks its shape and its arguments as it does those of the library's layers.</summary>
[Network(1, 10, 9, Classes = 4)]
[Conv2d(8, Kernel = 3)]
[Relu]
[Custom(typeof(Lrn<>), 5, 0.5, Name = "Norm")]
[MaxPool2d(2, CeilMode = true)]
[Flatten]
[Linear(4)]
public sealed partial class NormNet;
