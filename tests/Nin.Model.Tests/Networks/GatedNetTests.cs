using Nin.Dimensions;

namespace Nin.Model.Tests.Networks;

public sealed class GatedNetTests() : StraightLineTests<GatedNet, Chw<D4, D6, D5>, Features<D3>>(
    (device, seed) => new GatedNet(device, seed), GatedNet.TrainingBytes, GatedNet.InferenceBytes);
