using Nin.TestKit;
using Nin.Training;

namespace Nin.Samples.Tests;

/// <summary>The sample of fine-tuning without its weights and pictures, which are fetched.</summary>
public sealed class FineTuneTests : IDisposable
{
    const int Batch = 2, BatchOfSample = 16;

    readonly Device device = Device.Open("cpu", threads: 2);
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("nin-fine-tune-");

    public void Dispose()
    {
        device.Dispose();
        folder.Delete(recursive: true);
    }

    [Fact]
    public void The_body_loads_under_a_new_head_and_keeps_its_weights_while_the_head_learns()
    {
        string weights = Path.Combine(folder.FullName, "body.safetensors");
        using (var body = new ResNet18(device, seed: 3)) body.Save(weights);
        using var net = new PhotoNet(device, seed: 0);
        Photos.LoadBody(net, weights).Missing.Should().Equal("Head.weight", "Head.bias");
        long whole = net.BytesToTrain(BatchOfSample);
        net.FreezeBefore(nameof(net.Head));
        net.BytesToTrain(BatchOfSample).Should().BeLessThan(whole / 2);

        var before = net.Parameters.ToDictionary(p => p.Name, p => p.ToArray());
        using var images = net.CreateInput(Batch);
        images.CopyFrom(RandomData.Normal(1, Batch * 3 * Photos.Size * Photos.Size), Layout.Nchw);
        using var adam = new Adam(net.Parameters, 1e-3);
        net.TrainStep(images, [1, 2], adam);
        foreach (var parameter in net.Parameters)
        {
            if (parameter.Name.StartsWith("Head", StringComparison.Ordinal)) parameter.ToArray().Should().NotEqual(before[parameter.Name]);
            else parameter.ToArray().Should().Equal(before[parameter.Name], parameter.Name);
        }
    }

    [Fact]
    public void A_first_convolution_that_was_trained_blue_first_takes_red_first()
    {
        string weights = Path.Combine(folder.FullName, "body.safetensors");
        using var body = new ResNet18(device, seed: 3);
        body.Save(weights);
        using var swapped = new ResNet18(device);
        Photos.LoadBody(swapped, weights);
        float[] bgr = RandomData.Normal(1, 3 * Photos.Size * Photos.Size);
        int plane = Photos.Size * Photos.Size;
        float[] rgb = [.. bgr[(2 * plane)..], .. bgr[plane..(2 * plane)], .. bgr[..plane]];
        float[] want = Features(body, bgr);
        Features(swapped, rgb).Zip(want, (a, b) => Math.Abs(a - b)).Max().Should().BeLessThan(1e-4f * want.Max());
    }

    static float[] Features(ResNet18 network, float[] image)
    {
        using var x = network.CreateInput(1);
        x.CopyFrom(image, Layout.Nchw);
        return network.Forward(x).ToArray(Layout.Nchw);
    }
}
