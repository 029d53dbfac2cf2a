using Nin.Training;

namespace Nin.App.Runs;

/// <summary>
/// Follows which classes a network predicts: one that it stops predicting is worth a warning, because after a dead ReLU it never comes back.
/// </summary>
/// <param name="architecture">Of the network; whether a ReLU is its last step decides what helps.</param>
sealed class LostClasses(Architecture architecture)
{
    readonly HashSet<string> predicted = [], warned = [];

    /// <summary>The warning after an epoch's test, without a full stop; null for nothing new.</summary>
    public string? Warning(EvaluationResult test)
    {
        foreach (var c in test.Classes.Where(c => c.Predicted > 0 && !c.IsDead))
        {
            predicted.Add(c.Name);
            warned.Remove(c.Name);
        }

        string[] dead = [.. test.Classes.Where(c => c.IsDead).Select(c => c.Name).Where(warned.Add)];
        // One that was never predicted may only be slow to learn.
        string[] lost = [.. test.Classes.Where(c => c is { Predicted: 0, IsDead: false } && predicted.Contains(c.Name)).Select(c => c.Name).Where(warned.Add)];
        if (dead.Length > 0)
        {
            string why = $"warning: dead {(dead.Length == 1 ? "class" : "classes")} {List(dead)}: the logit is the same for every image";
            return EndsWithRelu(architecture)
                ? $"{why}, and after the last ReLU it stays so. Declare the last block with LastRelu = false, or start again with a smaller --lr"
                : $"{why}. Start again with a smaller --lr, or with --init he";
        }

        if (lost.Length == 0) return null;
        string remedy = EndsWithRelu(architecture) ? "LastRelu = false in the last block, or a smaller --lr" : "a smaller --lr";
        return $"warning: {List(lost)} {(lost.Length == 1 ? "is" : "are")} no longer predicted for any test image; if that stays so, start again with {remedy}";
    }

    /// <summary>Whether what the loss sees has been through a ReLU: through pooling, flattening and dropout it stays one.</summary>
    public static bool EndsWithRelu(Architecture architecture)
    {
        for (int i = architecture.Layers.Count - 1; i >= 0;)
        {
            var layer = architecture.Layers[i];
            switch (layer.Kind)
            {
                case "Relu":
                    return true;
                case "NinBlock":
                    return layer.Arguments.Any(a => a is { Name: "LastRelu", Value: 1 });
                case "GlobalAvgPool2d" or "AvgPool2d" or "MaxPool2d" or "GlobalMaxPool2d" or "Flatten" or "Dropout" or "LocalResponseNorm":
                    i = layer.Inputs[0];
                    break;
                default:
                    return false;
            }
        }

        return false;
    }

    static string List(string[] names) => string.Join(", ", names.Select(n => $"'{n}'"));
}
