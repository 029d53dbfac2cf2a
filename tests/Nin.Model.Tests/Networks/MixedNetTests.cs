using Nin.Dimensions;

namespace Nin.Model.Tests.Networks;

public sealed class MixedNetTests() : StraightLineTests<MixedNet, Chw<D4, D13, D11>, Features<D6>>(
    (device, seed) => new MixedNet(device, seed), MixedNet.TrainingBytes, MixedNet.InferenceBytes);
