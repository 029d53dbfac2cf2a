using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Nin.Benchmarks.Peers;

/// <summary>The networks that everyone measures.</summary>
static partial class Networks
{
    /// <summary>MobileNetV1: depthwise 3x3 and 1x1 convolutions, each with its normalisation and ReLU.</summary>
    static Sequential MobileNet()
    {
        var layers = new List<Module<Tensor, Tensor>>();
        AddNormalized(layers, 3, 32, kernel: 3, stride: 2);
        int channels = 32;
        foreach (var (filters, stride) in new[] { (64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), (512, 1), (512, 1), (512, 1), (512, 1), (512, 1), (1024, 2), (1024, 1) })
        {
            AddNormalized(layers, channels, channels, kernel: 3, stride, groups: channels);
            AddNormalized(layers, channels, filters, kernel: 1);
            channels = filters;
        }

        return Sequential([.. layers, AdaptiveAvgPool2d(1), Flatten(), Linear(channels, 10)]);
    }

    /// <summary>MobileNetV2: inverted residuals with ReLU6.</summary>
    static Sequential MobileNetV2()
    {
        var layers = new List<Module<Tensor, Tensor>>();
        AddNormalized6(layers, 3, 32, kernel: 3, stride: 2);
        int channels = 32;
        foreach (var (widening, filters, times, stride) in new[] { (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1) })
        {
            for (int i = 0; i < times; i++)
            {
                layers.Add(new InvertedResidual(channels, filters, channels * widening, i == 0 ? stride : 1));
                channels = filters;
            }
        }

        AddNormalized6(layers, channels, 1280, kernel: 1);
        return Sequential([.. layers, AdaptiveAvgPool2d(1), Flatten(), Dropout(0.2), Linear(1280, 10)]);
    }

    static Sequential SqueezeNet()
    {
        static MaxPool2d Pool() => MaxPool2d(3, stride: 2, ceil_mode: true);
        return Sequential(
            Conv2d(3, 64, 3, stride: 2), ReLU(inplace: true), Pool(), new Fire(64, 16, 64), new Fire(128, 16, 64), Pool(), new Fire(128, 32, 128),
            new Fire(256, 32, 128), Pool(), new Fire(256, 48, 192), new Fire(384, 48, 192), new Fire(384, 64, 256), new Fire(512, 64, 256),
            Dropout(0.5), Conv2d(512, 10, 1), ReLU(inplace: true), AdaptiveAvgPool2d(1), Flatten());
    }

    static Sequential LeNet() => Sequential(
        Conv2d(1, 6, 5, padding: 2), ReLU(inplace: true), MaxPool2d(2), Conv2d(6, 16, 5), ReLU(inplace: true), MaxPool2d(2), Flatten(),
        Linear(400, 120), ReLU(inplace: true), Linear(120, 84), ReLU(inplace: true), Linear(84, 10));

    static Sequential AlexNet() => Sequential(
        Conv2d(3, 64, 11, stride: 4, padding: 2), ReLU(inplace: true), MaxPool2d(3, stride: 2), Conv2d(64, 192, 5, padding: 2), ReLU(inplace: true),
        MaxPool2d(3, stride: 2), Conv2d(192, 384, 3, padding: 1), ReLU(inplace: true), Conv2d(384, 256, 3, padding: 1), ReLU(inplace: true),
        Conv2d(256, 256, 3, padding: 1), ReLU(inplace: true), MaxPool2d(3, stride: 2), Flatten(),
        Dropout(0.5), Linear(256 * 36, 4096), ReLU(inplace: true), Dropout(0.5), Linear(4096, 4096), ReLU(inplace: true), Linear(4096, 10));

    static Sequential Vgg11()
    {
        var layers = new List<Module<Tensor, Tensor>>();
        int channels = 3;
        foreach (int filters in new[] { 64, 0, 128, 0, 256, 256, 0, 512, 512, 0, 512, 512, 0 })
        {
            if (filters == 0)
            {
                layers.Add(MaxPool2d(2));
                continue;
            }

            layers.Add(Conv2d(channels, filters, 3, padding: 1));
            layers.Add(ReLU(inplace: true));
            channels = filters;
        }

        return Sequential(
            [.. layers, Flatten(), Linear(512 * 49, 4096), ReLU(inplace: true), Dropout(0.5), Linear(4096, 4096), ReLU(inplace: true), Dropout(0.5), Linear(4096, 10)]);
    }

    static Sequential ResNet18()
    {
        var layers = new List<Module<Tensor, Tensor>>();
        AddNormalized(layers, 3, 64, kernel: 7, stride: 2);
        layers.Add(MaxPool2d(3, stride: 2, padding: 1));
        int channels = 64;
        foreach (int filters in new[] { 64, 64, 128, 128, 256, 256, 512, 512 })
        {
            layers.Add(new BasicBlock(channels, filters));
            channels = filters;
        }

        return Sequential([.. layers, AdaptiveAvgPool2d(1), Flatten(), Linear(512, 10)]);
    }

    static void AddNormalized6(List<Module<Tensor, Tensor>> layers, int channels, int filters, int kernel, int stride = 1, int groups = 1)
    {
        AddNormalized(layers, channels, filters, kernel, stride, groups);
        layers[^1] = ReLU6(inplace: true);
    }

    static void AddNormalized(
        List<Module<Tensor, Tensor>> layers, int channels, int filters, int kernel, int stride = 1, int groups = 1, bool bias = false)
    {
        layers.Add(Conv2d(channels, filters, kernel, stride: stride, padding: kernel / 2, groups: groups, bias: bias));
        layers.Add(BatchNorm2d(filters));
        layers.Add(ReLU(inplace: true));
    }
}
