using Nin.TestKit;
using Nin.Training;

namespace Nin.Model.Tests.Training;

/// <summary>Images out of images: what is made smaller by convolutions and larger by transposed ones.</summary>
[Network(1, 16, 12)]
[Conv2d(8, Kernel = 3, Stride = 2, Padding = 1), Relu]
[Conv2d(8, Kernel = 3, Stride = 2, Padding = 1), Relu]
[ConvTranspose2d(8, Kernel = 2, Stride = 2), Relu]
[ConvTranspose2d(1, Kernel = 4, Stride = 2, Padding = 1)]
public sealed partial class Autoencoder;

public sealed class AutoencoderTests
{
    const int Batch = 16, Side = 16, Width = 12;

    [Fact]
    public void It_learns_to_give_back_what_it_was_given()
    {
        using var device = Device.Open("cpu", threads: 2);
        using var network = new Autoencoder(device, seed: 3);
        using var images = network.CreateInput(Batch);
        using var wanted = network.CreateInput(Batch);
        using var adam = new Adam(network.Parameters, 3e-3);
        float[] pixels = Rectangles();
        images.CopyFrom(pixels, Layout.Nchw);
        wanted.CopyFrom(pixels, Layout.Nchw);
        float first = 0, last = 0;
        for (int step = 0; step < 200; step++)
        {
            last = network.TrainStep(images.Tensor, wanted.Tensor, adam, new MeanSquaredErrorLoss());
            if (step == 0) first = last;
        }

        last.Should().BeLessThan(first / 10);
        float[] answers = network.Forward(images).ToArray(Layout.Nchw);
        // More than nine pixels of ten on the right side of one half.
        answers.Zip(pixels, (a, b) => a > 0.5f == b > 0.5f).Count(right => right).Should().BeGreaterThan(pixels.Length * 9 / 10);
    }

    // Bright rectangles at random places.
    static float[] Rectangles()
    {
        var random = new Random(1);
        float[] pixels = new float[Batch * Side * Width];
        for (int i = 0; i < Batch; i++)
        {
            int top = random.Next(Side - 6), left = random.Next(Width - 5);
            for (int y = top; y < top + 6; y++) pixels.AsSpan(i * Side * Width + y * Width + left, 5).Fill(1);
        }

        return pixels;
    }
}
