using Nin.Dimensions;

namespace Nin.Model.Tests.Networks;

public sealed class FlatNetTests() : StraightLineTests<FlatNet, Chw<D2, D6, D5>, Features<D7>>(
    (device, seed) => new FlatNet(device, seed), FlatNet.TrainingBytes, FlatNet.InferenceBytes);
