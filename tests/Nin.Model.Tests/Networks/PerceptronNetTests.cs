using Nin.Dimensions;

namespace Nin.Model.Tests.Networks;

public sealed class PerceptronNetTests() : StraightLineTests<PerceptronNet, Chw<D1, D5, D6>, Features<D4>>(
    (device, seed) => new PerceptronNet(device, seed), PerceptronNet.TrainingBytes, PerceptronNet.InferenceBytes);
