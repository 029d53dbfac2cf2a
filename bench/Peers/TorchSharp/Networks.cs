using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Nin.Benchmarks.Peers;

/// <summary>The networks that Nin declares by attributes, layer for layer, in TorchSharp.</summary>
static partial class Networks
{
    /// <summary>A network by its id.</summary>
    public static Module<Tensor, Tensor> Create(string id) => id switch
    {
        "book" => Book(),
        "mnist28" => Mnist28(),
        "quick28" => Quick28(),
        "mobilenet" or "mobilenet-96" => MobileNet(),
        "mobilenet-v2" => MobileNetV2(),
        "squeezenet" => SqueezeNet(),
        "lenet" => LeNet(),
        "resnet18" or "resnet18-64" => ResNet18(),
        "alexnet" => AlexNet(),
        "vgg11" => Vgg11(),
        _ => throw new ArgumentException($"There is no network '{id}' here.", nameof(id)),
    };

    /// <summary>Channels, rows and columns that a network takes.</summary>
    public static long[] InputOf(string id) => id switch
    {
        "book" => [1, 224, 224],
        "mnist28" or "quick28" or "lenet" => [1, 28, 28],
        "mobilenet-96" => [3, 96, 96],
        "resnet18-64" => [3, 64, 64],
        _ => [3, 224, 224],
    };

    /// <summary>NiN of <i>Dive into Deep Learning</i>, chapter 7.3: 1 x 224 x 224 to 10.</summary>
    public static Sequential Book()
    {
        var layers = new List<Module<Tensor, Tensor>>();
        AddBlock(layers, 1, [96, 96, 96], kernel: 11, stride: 4);
        layers.Add(MaxPool2d(3, stride: 2));
        AddBlock(layers, 96, [256, 256, 256], kernel: 5, padding: 2);
        layers.Add(MaxPool2d(3, stride: 2));
        AddBlock(layers, 256, [384, 384, 384], kernel: 3, padding: 1);
        layers.Add(MaxPool2d(3, stride: 2));
        layers.Add(Dropout(0.5));
        AddBlock(layers, 384, [10, 10, 10], kernel: 3, padding: 1);
        return WithHead(layers);
    }

    /// <summary>The NiN paper's network for MNIST: 1 x 28 x 28 to 10, no ReLU before the loss.</summary>
    public static Sequential Mnist28()
    {
        var layers = new List<Module<Tensor, Tensor>>();
        AddBlock(layers, 1, [96, 64, 48], kernel: 5, padding: 2);
        AddPooling(layers);
        AddBlock(layers, 48, [128, 96, 48], kernel: 5, padding: 2);
        AddPooling(layers);
        AddBlock(layers, 48, [128, 96, 10], kernel: 5, padding: 2);
        layers.RemoveAt(layers.Count - 1);
        return WithHead(layers);
    }

    /// <summary>The runner's <c>quick28</c>: blocks with normalisation, none after the last convolution.</summary>
    static Sequential Quick28()
    {
        var layers = new List<Module<Tensor, Tensor>>();
        AddNormalizedBlock(layers, 1, [32, 32, 32], kernel: 5);
        layers.Add(MaxPool2d(3, stride: 2, padding: 1));
        AddNormalizedBlock(layers, 32, [64, 64, 64], kernel: 5);
        layers.Add(MaxPool2d(3, stride: 2, padding: 1));
        AddNormalizedBlock(layers, 64, [96, 96], kernel: 3);
        return WithHead([.. layers, Conv2d(96, 10, 1)]);
    }

    static void AddNormalizedBlock(List<Module<Tensor, Tensor>> layers, int channels, int[] widths, int kernel)
    {
        AddNormalized(layers, channels, widths[0], kernel, bias: true);
        for (int i = 1; i < widths.Length; i++) AddNormalized(layers, widths[i - 1], widths[i], kernel: 1, bias: true);
    }

    static void AddPooling(List<Module<Tensor, Tensor>> layers)
    {
        layers.Add(MaxPool2d(3, stride: 2, padding: 1));
        layers.Add(Dropout(0.5));
    }

    static Sequential WithHead(List<Module<Tensor, Tensor>> layers) => Sequential([.. layers, AdaptiveAvgPool2d(1), Flatten()]);

    /// <summary>A k x k convolution and two 1x1 ones, each with its ReLU.</summary>
    static void AddBlock(List<Module<Tensor, Tensor>> layers, int channels, int[] widths, int kernel, int stride = 1, int padding = 0)
    {
        layers.Add(Conv2d(channels, widths[0], kernel, stride: stride, padding: padding));
        layers.Add(ReLU(inplace: true));
        for (int i = 1; i < widths.Length; i++)
        {
            layers.Add(Conv2d(widths[i - 1], widths[i], 1));
            layers.Add(ReLU(inplace: true));
        }
    }
}
