namespace Nin.Model.Tests.Networks;

/// <summary>A perceptron: the first layer's value is the input as it lies.</summary>
[Network(1, 5, 6, Classes = 4)]
[Flatten]
[Linear(8)]
[Relu]
[Linear(4)]
public sealed partial class PerceptronNet;
