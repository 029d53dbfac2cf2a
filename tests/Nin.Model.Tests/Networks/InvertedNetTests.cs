using Nin.Dimensions;

namespace Nin.Model.Tests.Networks;

public sealed class InvertedNetTests() : StraightLineTests<InvertedNet, Chw<D3, D10, D9>, Features<D5>>(
    (device, seed) => new InvertedNet(device, seed), InvertedNet.TrainingBytes, InvertedNet.InferenceBytes)
{
    [Fact]
    public void Of_two_tensors_of_a_normalised_convolution_one_is_kept()
    {
        // What convolutions give is kept for their normalisations; of what those give in turn the values that a merge or nothing normalised reads.
        long kept = InvertedNet.Architecture.Layers.Where(l => l.Kind is "Conv2d" or "Pointwise" or "Dropout").Sum(l => l.Output.Length)
            + InvertedNet.Architecture.Layers.Where(l => l.Name is "Trunk").Sum(l => l.Output.Length);
        long widest = InvertedNet.Architecture.Layers.Max(l => l.Output.Length);
        InvertedNet.TrainingBytes(100).Should().BeLessThan(100 * sizeof(float) * (kept + 3 * widest));
    }
}

public sealed class ApartNetTests() : StraightLineTests<ApartNet, Chw<D3, D8, D8>, Features<D5>>(
    (device, seed) => new ApartNet(device, seed), ApartNet.TrainingBytes, ApartNet.InferenceBytes);
