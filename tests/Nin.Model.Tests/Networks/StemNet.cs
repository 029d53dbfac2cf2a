namespace Nin.Model.Tests.Networks;

/// <summary>The first half of a network: what it gives has the shape that <see cref="PooledNet"/> takes.</summary>
[Network(3, 9, 8)]
[NinBlock(8, 7, 6, Kernel = 3, Padding = 1)]
[Dropout(0.25)]
public sealed partial class StemNet;
