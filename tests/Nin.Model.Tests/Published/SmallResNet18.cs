namespace Nin.Model.Tests.Published;

/// <summary>ResNet-18 over small images.</summary>
[Network(3, 64, 64, Classes = 1000)]
[LayersOf<ResNet18>]
public sealed partial class SmallResNet18;
