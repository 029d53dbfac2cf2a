using Nin.Dimensions;

namespace Nin.Model.Tests.Networks;

public sealed class ResidualBlocksNetTests() : StraightLineTests<ResidualBlocksNet, Chw<D3, D9, D11>, Features<D5>>(
    (device, seed) => new ResidualBlocksNet(device, seed), ResidualBlocksNet.TrainingBytes, ResidualBlocksNet.InferenceBytes);

public sealed class ResidualInputNetTests() : StraightLineTests<ResidualInputNet, Chw<D3, D9, D11>, Features<D5>>(
    (device, seed) => new ResidualInputNet(device, seed), ResidualInputNet.TrainingBytes, ResidualInputNet.InferenceBytes);
