namespace Nin.Onnx;

/// <content>What becomes of numbers that multiply a layer's value or are added to it.</content>
sealed partial class GraphReader
{
    /// <summary>Gives a layer without bias one, if nothing but the sum reads what it gives.</summary>
    public bool TryAddBias(LayerValue of, string value, float[] bias, string? source)
    {
        // A layer's value may have several names: what leaves it as it is gives it another one.
        if (of.Layer < 0 || !IsReadOnce(of, names[of.Layer].Append(value))) return false;
        var layer = layers[of.Layer];
        if (layer.Kind is not ("Conv2d" or "Pointwise" or "ConvTranspose2d" or "Linear") || layer["Bias"] != 0 || bias.Length != of.Shape.Channels) return false;
        var added = Named(new ImportedTensor("bias", [bias.Length], bias, source));
        Check(layer.Kind, added);
        layers[of.Layer] = layer with { Arguments = [.. layer.Arguments.Where(a => a.Name != "Bias")], Weights = [.. layer.Weights, added] };
        return true;
    }

    /// <summary>
    /// What multiplies and adds these numbers: the convolution or linear layer before it, if nothing else reads what that gives. Otherwise a layer: of an image a
    /// depthwise convolution of one tap, which computes the same in training; of features, which no convolution reads, a normalisation whose statistics leave them as they are.
    /// </summary>
    LayerValue ChannelScale(Affine affine)
    {
        int channels = affine.Of.Shape.Channels;
        Limits.Take(4L * channels);
        float[] scale = Spread(affine.Scale), shift = Spread(affine.Shift);
        if (TryScaleWeights(affine.Of, scale, shift)) return affine.Of;
        if (!affine.Of.Shape.IsFlat)
        {
            Note("A multiplication or addition by channel became a depthwise 1x1 convolution, which is trained unless it is frozen.");
            return ScaleByChannel(affine.Of, scale, shift);
        }

        const float epsilon = 1e-5f;
        float[] ones = new float[channels];
        Array.Fill(ones, 1 - epsilon);
        Note("A multiplication or addition by feature became a BatchNorm2d whose statistics leave the value as it is: freeze it, or train it as a normalisation.");
        return Add("BatchNorm2d", affine.Of.Shape, [], Normalization.Weights(scale, shift, new float[channels], ones, new string?[4]), affine.Of.Layer);

        float[] Spread(float[] numbers)
        {
            if (numbers.Length == channels) return numbers;
            float[] all = new float[channels];
            Array.Fill(all, numbers[0]);
            return all;
        }
    }

    // Of a value with numbers that several nodes read, the layer before it would be scaled for one of them.
    bool TryScaleWeights(LayerValue of, float[] scale, float[] shift)
    {
        if (of.Layer < 0 || layers[of.Layer] is not { Kind: "Conv2d" or "Pointwise" or "Linear" } layer) return false;
        if (!IsReadOnce(of, names[of.Layer].Concat(values.Where(v => IsPartOf(of, v.Value)).Select(v => v.Key)))) return false;
        var weight = layer.Weights.Single(w => w.Role == "weight");
        float[]? bias = layer.Weights.SingleOrDefault(w => w.Role == "bias")?.Values;
        int row = weight.Values.Length / scale.Length;
        // The names in the file go with the numbers in the file, and these are others.
        List<ImportedTensor> scaled = [weight with { Values = [.. weight.Values.Select((w, i) => w * scale[i / row])], Source = null }];
        if (bias is not null || Array.Exists(shift, s => s != 0))
            scaled.Add(new ImportedTensor("bias", [scale.Length], [.. shift.Select((s, i) => bias is null ? s : bias[i] * scale[i] + s)], null));
        foreach (var tensor in scaled) Check(layer.Kind, tensor);
        layers[of.Layer] = layer with { Arguments = scaled.Count > 1 ? [.. layer.Arguments.Where(a => a.Name != "Bias")] : layer.Arguments, Weights = [.. scaled] };
        return true;
    }

    // Whether a value becomes layers after this one where it is read: twice where two nodes read it.
    static bool IsPartOf(LayerValue of, Value value) => value is Affine affine ? affine.Of == of : value is PartOfHardSwish part && part.Of == of;

    // Whether a layer's value, by all of its names, goes to one node, which may then become a part of the layer.
    bool IsReadOnce(LayerValue of, IEnumerable<string> namesOf) =>
        namesOf.All(name => reads.GetValueOrDefault(name) + (name == graph.Output[0].Name ? 1 : 0) == 1)
        // What makes an image of its features once more will read it as it is now.
        && !Pixels.Values.Any(pixel => pixel.Layer == of.Layer) && !layers.Skip(of.Layer + 1).Any(l => l.Inputs.Contains(of.Layer));

    /// <summary>An image's channels, each times a number and plus another.</summary>
    public LayerValue ScaleByChannel(LayerValue of, float[] scale, float[] shift)
    {
        int channels = of.Shape.Channels;
        List<LayerArgument> arguments = [new("Filters", channels), new("Kernel", 1)];
        List<ImportedTensor> weights = [new("weight", [channels, 1, 1, 1], scale, null)];
        if (channels > 1) arguments.Add(new("Groups", channels));
        if (Array.TrueForAll(shift, s => s == 0)) arguments.Add(new("Bias", 0));
        else weights.Add(new("bias", [channels], shift, null));
        return Add("Conv2d", of.Shape, [.. arguments], [.. weights], of.Layer);
    }
}
