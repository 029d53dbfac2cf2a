using System.Globalization;
using Nin.Checkpoints;
using Nin.Layers;

namespace Nin.Training;

/// <summary>Where numbers ceased to be finite.</summary>
/// <param name="Layer">The layer's name; null for the images, the loss, and where nothing was found.</param>
/// <param name="Text">The same as the rest of a sentence.</param>
readonly record struct Origin(string? Layer, string Text)
{
    /// <summary>
    /// Runs a step again, layer by layer, and looks at every value in the order in which a step computes them: images, weights and outputs forward, the loss, gradients
    /// backward. It costs many steps and the memory of all values, and is asked for when training is over anyway.
    /// </summary>
    /// <param name="network">Its weights as of the step, which has been counted; they are kept.</param>
    /// <param name="images">The step's images.</param>
    /// <param name="labels">Its labels.</param>
    /// <param name="loss">Its loss.</param>
    public static Origin Find(INetwork network, Tensor images, ReadOnlySpan<int> labels, Loss loss)
    {
        // A normalisation's running statistics move with each pass.
        using var kept = new KeptParameters(network.Parameters);
        using var search = new Search(network, images);
        try
        {
            return search.Run(labels, loss);
        }
        catch (InsufficientMemoryException)
        {
            return new(null, "a layer that cannot be determined, because there is insufficient memory to run the step again layer by layer");
        }
    }

    static bool HasProblem(float[] values, out string problem)
    {
        int count = NonFinite.Count(values);
        problem = string.Create(CultureInfo.InvariantCulture, $"{count:N0} of the {values.Length:N0} values");
        return count > 0;
    }

    /// <summary>A step that is run again, each layer on a tape of its own.</summary>
    sealed class Search(INetwork network, Tensor images) : IDisposable
    {
        readonly List<TensorBuffer> owned = [];

        // The input first, then each layer's output.
        readonly List<Tensor> values = [images];

        IReadOnlyList<LayerInfo> Layers => network.Architecture.Layers;

        public Origin Run(ReadOnlySpan<int> labels, Loss loss)
        {
            if (HasProblem(images.ToArray(Layout.Nhwc), out string problem)) return new(null, $"the batch, where {problem} of the images are NaN or infinite: check the data");
            foreach (var layer in Layers)
            {
                if (OfParameters(layer, p => p.ToArray(), "") is { } weights) return weights;
                if (Property(layer) is not { } runs) return WithoutLayers();
                using var tape = NewTape();
                float[] y = Keep(runs.Record(Inputs(tape, layer)).Value);
                if (HasProblem(y, out problem)) return Of(layer, $"which made {problem} of its output NaN or infinite from finite inputs and weights");
            }

            return Backward(labels, loss) ?? new(null, "no layer when the step was run again: something in it does not give the same numbers twice");
        }

        Origin? Backward(ReadOnlySpan<int> labels, Loss loss)
        {
            var gradients = new float[]?[values.Count];
            gradients[^1] = OfLoss(labels, loss);
            if (gradients[^1] is null) return new(null, $"the loss ({loss.GetType().Name}), whose value or gradient is NaN or infinite for finite logits");
            for (int i = Layers.Count - 1; i >= 0; i--)
            {
                // None where nobody reads the value.
                if (gradients[i + 1] is { } dy && Backward(i, dy, gradients) is { } origin) return origin;
            }

            return null;
        }

        Origin? Backward(int index, float[] dy, float[]?[] gradients)
        {
            var layer = Layers[index];
            network.Parameters.ZeroGrad();
            using var tape = NewTape();
            var inputs = Inputs(tape, layer);
            using var outer = new TensorBuffer(network.Device, images.Batch, layer.Output);
            outer.CopyFrom(dy, Layout.Nhwc);
            Property(layer)!.Record(inputs).Backward(outer.Tensor);
            if (OfParameters(layer, p => p.GradientToArray(), "the gradient of ") is { } weights) return weights;
            for (int i = 0; i < inputs.Length; i++)
            {
                float[] dx = inputs[i].Gradient.ToArray(Layout.Nhwc);
                if (HasProblem(dx, out string problem)) return Of(layer, $"which made {problem} of its input's gradient NaN or infinite, on the way back from a finite one");
                ref float[]? sum = ref gradients[layer.Inputs[i] + 1];
                sum = sum is null ? dx : [.. sum.Zip(dx, (a, b) => a + b)];
            }

            return null;
        }

        /// <summary>The gradient of the logits; null where it or the loss is not finite.</summary>
        float[]? OfLoss(ReadOnlySpan<int> labels, Loss loss)
        {
            using var tape = NewTape();
            var logits = tape.Input(values[^1], needsGradient: true);
            var recorded = loss.Of(logits, labels);
            recorded.Backward();
            float[] gradient = logits.Gradient.ToArray(Layout.Nhwc);
            return float.IsFinite(recorded.Value) && NonFinite.Count(gradient) == 0 ? gradient : null;
        }

        Origin? OfParameters(LayerInfo layer, Func<Parameter, float[]> read, string what)
        {
            foreach (var spec in layer.Parameters.Where(p => p.IsTrainable))
            {
                if (HasProblem(read(network.Parameters[spec.Name]), out string problem))
                    return Of(layer, $"where {problem} of {what}{spec.Name} are NaN or infinite");
            }

            return null;
        }

        // A network written by hand: its parameters are named by layer, but its values are not accessible.
        Origin WithoutLayers() =>
            Layers.Select(l => OfParameters(l, p => p.ToArray(), "")).FirstOrDefault(o => o is not null)
            ?? Layers.Reverse().Select(l => OfParameters(l, p => p.GradientToArray(), "the gradient of ")).FirstOrDefault(o => o is not null)
            ?? new(null, $"a layer that cannot be determined: {network.Architecture.Name} has no properties named as its layers");

        public void Dispose()
        {
            foreach (var buffer in owned) buffer.Dispose();
        }

        static Origin Of(LayerInfo layer, string what) => new(layer.Name, $"layer {layer.Name} ({layer.Kind}), {what}");

        // The layers of generated networks are properties of their names.
        ITapeLayer? Property(LayerInfo layer) => network.GetType().GetProperty(layer.Name)?.GetValue(network) as ITapeLayer;

        // The random numbers of dropout are those of the step.
        Tape NewTape() => new(network.Device, (ulong)network.Seed) { Step = network.TrainingSteps - 1 };

        Traced[] Inputs(Tape tape, LayerInfo layer) => [.. layer.Inputs.Select(i => tape.Input(values[i + 1], needsGradient: true))];

        float[] Keep(Tensor value)
        {
            float[] copy = value.ToArray(Layout.Nhwc);
            var buffer = new TensorBuffer(network.Device, value.Batch, value.Shape);
            owned.Add(buffer);
            buffer.CopyFrom(copy, Layout.Nhwc);
            values.Add(buffer.Tensor);
            return copy;
        }
    }
}
