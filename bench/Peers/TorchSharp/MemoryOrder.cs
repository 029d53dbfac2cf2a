using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Nin.Benchmarks.Peers;

/// <summary>
/// Channels last, the order in which libtorch convolves fastest on processors; operators keep the order of what they are given. The tensors have the
/// same sizes, and other strides.
/// </summary>
static class MemoryOrder
{
    /// <summary>The tensor in this order, or as it is.</summary>
    public static Tensor Of(Tensor images, bool channelsLast)
    {
        if (!channelsLast) return images;
        using (images) return ChannelsLast(images);
    }

    /// <summary>Puts the weights of all convolutions into this order.</summary>
    public static void UseChannelsLast(Module network)
    {
        foreach (var convolution in network.modules().OfType<Conv2d>())
        {
            using var scope = no_grad();
            convolution.weight = Parameter(ChannelsLast(convolution.weight!.detach()));
        }
    }

    static Tensor ChannelsLast(Tensor t) => t.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
}
