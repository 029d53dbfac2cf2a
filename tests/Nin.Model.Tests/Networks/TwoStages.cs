using Nin.Model.Tests.Published;

namespace Nin.Model.Tests.Networks;

/// <summary>Hands its parameters on to one of its blocks, and gives the other one its own.</summary>
[Layers]
[LayersOf<BasicBlock>(Times = 2, Name = "Stage1", Filters = Block.Filters, Stride = Block.Stride)]
[LayersOf<BasicBlock>(Name = "Stage2", Filters = 3, Stride = 1)]
abstract class TwoStages;
