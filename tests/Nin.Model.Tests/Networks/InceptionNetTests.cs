using Nin.Dimensions;

namespace Nin.Model.Tests.Networks;

public sealed class InceptionNetTests() : StraightLineTests<InceptionNet, Chw<D2, D8, D7>, Features<D4>>(
    (device, seed) => new InceptionNet(device, seed), InceptionNet.TrainingBytes, InceptionNet.InferenceBytes);
