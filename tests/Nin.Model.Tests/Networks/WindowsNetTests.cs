using Nin.Dimensions;

namespace Nin.Model.Tests.Networks;

public sealed class WindowsNetTests() : StraightLineTests<WindowsNet, Chw<D2, D13, D11>, Features<D4>>(
    (device, seed) => new WindowsNet(device, seed), WindowsNet.TrainingBytes, WindowsNet.InferenceBytes);
