using Nin.Dimensions;

namespace Nin.Model.Tests.Networks;

public sealed class TinyNinTests() : StraightLineTests<TinyNin, Chw<D1, D28, D28>, Features<D10>>(
    (device, seed) => new TinyNin(device, seed), TinyNin.TrainingBytes, TinyNin.InferenceBytes);
