using Nin.Dimensions;

namespace Nin.Model.Tests.Networks;

public sealed class ActivationsNetTests() : StraightLineTests<ActivationsNet, Chw<D3, D7, D6>, Features<D5>>(
    (device, seed) => new ActivationsNet(device, seed), ActivationsNet.TrainingBytes, ActivationsNet.InferenceBytes);
