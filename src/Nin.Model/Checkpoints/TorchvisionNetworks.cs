namespace Nin;

/// <summary>Torchvision's networks, as their <c>state_dict</c> lists them.</summary>
static class TorchvisionNetworks
{
    public static IEnumerable<TorchvisionLayer> AlexNet()
    {
        yield return new("features.0", [64, 3, 11, 11]);
        yield return new("features.3", [192, 64, 5, 5]);
        yield return new("features.6", [384, 192, 3, 3]);
        yield return new("features.8", [256, 384, 3, 3]);
        yield return new("features.10", [256, 256, 3, 3]);
        yield return new("classifier.1", [4096, 256 * 6 * 6]);
        yield return new("classifier.4", [4096, 4096]);
        yield return new("classifier.6", [1000, 4096]);
    }

    public static IEnumerable<TorchvisionLayer> Vgg(int[] convolutions, bool normalised)
    {
        int index = 0, channels = 3;
        for (int stage = 0; stage < convolutions.Length; stage++)
        {
            int filters = Math.Min(64 << stage, 512);
            for (int i = 0; i < convolutions[stage]; i++)
            {
                yield return new($"features.{index}", [filters, channels, 3, 3], normalised ? $"features.{index + 1}" : null);
                channels = filters;
                index += normalised ? 3 : 2;
            }

            // The pooling.
            index++;
        }

        yield return new("classifier.0", [4096, 512 * 7 * 7]);
        yield return new("classifier.3", [4096, 4096]);
        yield return new("classifier.6", [1000, 4096]);
    }

    public static IEnumerable<TorchvisionLayer> SqueezeNet(int filters, int kernel, int[] fires)
    {
        int[] squeezed = [16, 16, 32, 32, 48, 48, 64, 64];
        yield return new("features.0", [filters, 3, kernel, kernel]);
        int channels = filters;
        for (int i = 0; i < fires.Length; i++)
        {
            int narrow = squeezed[i], wide = 4 * narrow;
            yield return new($"features.{fires[i]}.squeeze", [narrow, channels, 1, 1]);
            yield return new($"features.{fires[i]}.expand1x1", [wide, narrow, 1, 1]);
            yield return new($"features.{fires[i]}.expand3x3", [wide, narrow, 3, 3]);
            channels = 2 * wide;
        }

        yield return new("classifier.1", [1000, channels, 1, 1]);
    }

    public static IEnumerable<TorchvisionLayer> MobileNetV2()
    {
        // Expansion, filters, blocks.
        (int Expansion, int Filters, int Blocks)[] stages = [(1, 16, 1), (6, 24, 2), (6, 32, 3), (6, 64, 4), (6, 96, 3), (6, 160, 3), (6, 320, 1)];
        yield return new("features.0.0", [32, 3, 3, 3], "features.0.1");
        int channels = 32, index = 1;
        foreach (var (expansion, filters, blocks) in stages)
        {
            for (int block = 0; block < blocks; block++, index++)
            {
                string name = $"features.{index}.conv";
                int hidden = channels * expansion, at = 0;
                if (expansion > 1) yield return new($"{name}.{at}.0", [hidden, channels, 1, 1], $"{name}.{at++}.1");
                yield return new($"{name}.{at}.0", [hidden, 1, 3, 3], $"{name}.{at++}.1");
                yield return new($"{name}.{at}", [filters, hidden, 1, 1], $"{name}.{at + 1}");
                channels = filters;
            }
        }

        yield return new($"features.{index}.0", [1280, channels, 1, 1], $"features.{index}.1");
        yield return new("classifier.1", [1000, 1280]);
    }

    public static IEnumerable<TorchvisionLayer> ResNet(int[] blocks, bool bottleneck)
    {
        yield return new("conv1", [64, 3, 7, 7], "bn1");
        int channels = 64;
        for (int stage = 0; stage < blocks.Length; stage++)
        {
            int width = 64 << stage, filters = bottleneck ? 4 * width : width;
            for (int block = 0; block < blocks[stage]; block++)
            {
                string name = $"layer{stage + 1}.{block}";
                int kernel = bottleneck ? 1 : 3;
                yield return new($"{name}.conv1", [width, channels, kernel, kernel], $"{name}.bn1", IsInner: false);
                yield return new($"{name}.conv2", [width, width, 3, 3], $"{name}.bn2", IsInner: true);
                if (bottleneck) yield return new($"{name}.conv3", [filters, width, 1, 1], $"{name}.bn3", IsInner: true);
                if (channels != filters) yield return new($"{name}.downsample.0", [filters, channels, 1, 1], $"{name}.downsample.1", IsInner: false);
                channels = filters;
            }
        }

        yield return new("fc", [1000, channels]);
    }
}
