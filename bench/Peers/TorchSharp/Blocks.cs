using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Nin.Benchmarks.Peers;

/// <summary>The blocks that are not chains of layers.</summary>
static partial class Networks
{
    /// <summary>Two 3x3 convolutions and what goes around them, of half the resolution where the channels change.</summary>
    sealed class BasicBlock : Module<Tensor, Tensor>
    {
        readonly Module<Tensor, Tensor> body;
        readonly Module<Tensor, Tensor>? shortcut;

        public BasicBlock(int channels, int filters)
            : base(nameof(BasicBlock))
        {
            int stride = channels == filters ? 1 : 2;
            var layers = new List<Module<Tensor, Tensor>>();
            AddNormalized(layers, channels, filters, kernel: 3, stride);
            body = Sequential([.. layers, Conv2d(filters, filters, 3, padding: 1, bias: false), BatchNorm2d(filters)]);
            if (stride == 2) shortcut = Sequential(Conv2d(channels, filters, 1, stride: 2, bias: false), BatchNorm2d(filters));
            RegisterComponents();
        }

        public override Tensor forward(Tensor input) => body.call(input).add_(shortcut?.call(input) ?? input).relu_();
    }

    /// <summary>A 1x1 convolution that widens, a depthwise one, and a 1x1 that narrows, added to the input where shapes are equal.</summary>
    sealed class InvertedResidual : Module<Tensor, Tensor>
    {
        readonly Module<Tensor, Tensor> body;
        readonly bool isResidual;

        public InvertedResidual(int channels, int filters, int hidden, int stride)
            : base(nameof(InvertedResidual))
        {
            var layers = new List<Module<Tensor, Tensor>>();
            if (hidden != channels) AddNormalized6(layers, channels, hidden, kernel: 1);
            AddNormalized6(layers, hidden, hidden, kernel: 3, stride, groups: hidden);
            body = Sequential([.. layers, Conv2d(hidden, filters, 1, bias: false), BatchNorm2d(filters)]);
            isResidual = stride == 1 && channels == filters;
            RegisterComponents();
        }

        public override Tensor forward(Tensor input) => isResidual ? body.call(input).add_(input) : body.call(input);
    }

    /// <summary>A narrow 1x1 convolution that a 1x1 and a 3x3 one read, side by side.</summary>
    sealed class Fire : Module<Tensor, Tensor>
    {
        readonly Module<Tensor, Tensor> squeeze, narrow, wide;

        public Fire(int channels, int squeezed, int expanded)
            : base(nameof(Fire))
        {
            squeeze = Sequential(Conv2d(channels, squeezed, 1), ReLU(inplace: true));
            narrow = Sequential(Conv2d(squeezed, expanded, 1), ReLU(inplace: true));
            wide = Sequential(Conv2d(squeezed, expanded, 3, padding: 1), ReLU(inplace: true));
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            var x = squeeze.call(input);
            return cat([narrow.call(x), wide.call(x)], 1);
        }
    }
}
