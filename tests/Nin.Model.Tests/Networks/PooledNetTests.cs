using Nin.Dimensions;

namespace Nin.Model.Tests.Networks;

public sealed class PooledNetTests() : StraightLineTests<PooledNet, Chw<D6, D9, D8>, Features<D5>>(
    (device, seed) => new PooledNet(device, seed), PooledNet.TrainingBytes, PooledNet.InferenceBytes);
