using Nin.Dimensions;

namespace Nin.Model.Tests.Networks;

public sealed class ResidualNetTests() : StraightLineTests<ResidualNet, Chw<D3, D9, D11>, Features<D5>>(
    (device, seed) => new ResidualNet(device, seed), ResidualNet.TrainingBytes, ResidualNet.InferenceBytes);
