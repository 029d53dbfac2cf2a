using Nin.Dimensions;

namespace Nin.Model.Tests.Networks;

public sealed class BlockNetTests() : StraightLineTests<BlockNet, Chw<D3, D9, D11>, Features<D5>>(
    (device, seed) => new BlockNet(device, seed), BlockNet.TrainingBytes, BlockNet.InferenceBytes);
