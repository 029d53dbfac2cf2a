using Nin.Dimensions;

namespace Nin.Model.Tests.Networks;

public sealed class NormalizedNetTests() : StraightLineTests<NormalizedNet, Chw<D3, D9, D11>, Features<D5>>(
    (device, seed) => new NormalizedNet(device, seed), NormalizedNet.TrainingBytes, NormalizedNet.InferenceBytes);
