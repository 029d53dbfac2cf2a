using Nin.Ops;
using Nin.Shapes.Sizes;

namespace Nin.Onnx;

/// <summary>The step of an imported layer: one row per kind, as the generated class of its declaration would run it.</summary>
/// <param name="layer">The layer.</param>
/// <param name="inputs">Shapes that it reads.</param>
/// <param name="parameters">Where its weights are, by its name.</param>
sealed class LayerSteps(ImportedLayer layer, Shape[] inputs, ParameterSet parameters)
{
    Shape Input => inputs[0];

    /// <summary>Adds a layer's step to a network.</summary>
    /// <param name="builder">The network so far.</param>
    /// <param name="values">The values that the layer reads.</param>
    /// <returns>The number of its value.</returns>
    public int AddTo(StepNetworkBuilder builder, int[] values) => inputs.Length > 1 ? builder.Add(Merge(), values) : builder.Add(Single(), values[0]);

    Step Single() => layer.Kind switch
    {
        "Conv2d" or "Pointwise" => Convolution(),
        "ConvTranspose2d" => TransposedConvolution(),
        "Linear" => new ConvolutionStep(new Conv2dSizes(Input.Channels, 1, 1, layer.Output.Channels), layer.Output, Weight, Bias, relu: false),
        "BatchNorm2d" => Normalization(),
        "Relu" => Activation(default(Relu)),
        "LeakyRelu" => Activation(new LeakyRelu((float)(layer["NegativeSlope"] ?? LayerDefaults.NegativeSlope))),
        "Elu" => Activation(new Elu((float)(layer["Alpha"] ?? LayerDefaults.EluAlpha))),
        "Relu6" => Activation(default(Relu6)),
        "Sigmoid" => Activation(default(Sigmoid)),
        "Tanh" => Activation(default(Tanh)),
        "Silu" => Activation(default(Silu)),
        "Gelu" => Activation(default(Gelu)),
        "HardSwish" => Activation(default(HardSwish)),
        "HardSigmoid" => Activation(default(HardSigmoid)),
        "HardTanh" => Activation(new HardTanh((float)(layer["Min"] ?? LayerDefaults.HardTanhMin), (float)(layer["Max"] ?? LayerDefaults.HardTanhMax))),
        "MaxPool2d" => new MaxPoolStep(Pooling()),
        "AvgPool2d" => new AvgPoolStep(Pooling(), layer["CountIncludePad"] != 0),
        "GlobalAvgPool2d" => new AvgPoolStep(PoolSizes.Global(Input)),
        "GlobalMaxPool2d" => new MaxPoolStep(PoolSizes.Global(Input)),
        "LocalResponseNorm" => new LocalResponseNormStep(Input, (int)layer["Size"]!.Value, layer["Alpha"]!.Value, layer["Beta"]!.Value, layer["K"]!.Value),
        // Inference leaves dropout out, so its number among the layers decides nothing.
        "Dropout" => new DropoutStep(Input, layer["Probability"] ?? LayerDefaults.DropoutProbability, layer: 0),
        "Flatten" => new FlattenStep(Input),
        _ => throw NoStep(),
    };

    MergeStep Merge() => layer.Kind switch
    {
        "Add" => new AddStep(layer.Output, inputs.Length),
        "Multiply" => new MultiplyStep(inputs),
        "Concat" => new ConcatStep(inputs),
        _ => throw NoStep(),
    };

    NotSupportedException NoStep() => new($"{layer.Name} is a {layer.Kind}, which cannot be run without a declaration yet.");

    Parameter Weight => parameters[$"{layer.Name}.weight"];

    Parameter? Bias => parameters.TryGet($"{layer.Name}.bias", out var bias) ? bias : null;

    ConvolutionStep Convolution()
    {
        var sizes = new Conv2dSizes(Input.Channels, Input.Height, Input.Width, layer.Output.Channels, Window(), (int)(layer["Groups"] ?? 1));
        return new ConvolutionStep(sizes, layer.Output, Weight, Bias, relu: false);
    }

    TransposedConvolutionStep TransposedConvolution()
    {
        var y = layer.Output;
        return new(new Conv2dSizes(y.Channels, y.Height, y.Width, Input.Channels, Window(), (int)(layer["Groups"] ?? 1)), Weight, Bias);
    }

    BatchNormStep Normalization() => new(
        Input,
        new BatchNormalization(parameters, layer.Name, layer["Epsilon"] ?? LayerDefaults.BatchNormEpsilon, layer["Momentum"] ?? LayerDefaults.BatchNormMomentum),
        relu: false);

    PoolSizes Pooling() => new(Input.Channels, Input.Height, Input.Width, Window());

    /// <summary>A kernel of 1 and a stride of 1 unless they are given; a pooling's stride is its kernel.</summary>
    Window2d Window()
    {
        bool pools = layer.Kind is "MaxPool2d" or "AvgPool2d", ceil = layer["CeilMode"] > 0;
        return new(Axis("Height", "Top", "Bottom"), Axis("Width", "Left", "Right"));

        WindowAxis Axis(string size, string before, string after)
        {
            int kernel = Number($"Kernel{size}", "Kernel", LayerDefaults.Kernel);
            int stride = Number($"Stride{size}", "Stride", pools ? kernel : LayerDefaults.Stride);
            return new(kernel, stride, Number($"Padding{before}", "Padding", 0), Number($"Padding{after}", "Padding", 0), Number($"Dilation{size}", "Dilation", LayerDefaults.Dilation), ceil);
        }

        int Number(string own, string both, int otherwise) => (int)(layer[own] ?? layer[both] ?? otherwise);
    }

    ActivationStep<TActivation> Activation<TActivation>(TActivation activation)
        where TActivation : unmanaged, IActivation => new(Input, activation);
}
