using Nin.Generators.Diagnostics;
using Nin.Generators.Inference;
using Nin.Generators.Parsing;
using Nin.Generators.Spec;

namespace Nin.Generators.Layers;

/// <summary>Its inputs one behind the other along the channels.</summary>
sealed record ConcatLayer() : Layer("Concat")
{
    public static ConcatLayer Read(ArgumentReader arguments) => new();

    public override Shape? Infer(Placement at)
    {
        bool fits = true;
        for (int i = 1; i < at.Inputs.Count; i++)
        {
            if (at.Inputs[i].Shape with { Channels = at.Input.Channels } == at.Input) continue;

            fits = false;
            string wanted = at.Input.IsFlat ? "features" : FormattableString.Invariant($"{at.Input.Height}x{at.Input.Width} pixels");
            at.Report(
                Rules.ShapesDoNotFit,
                Placement.InputArgument(i),
                $"{at.Inputs[0].Says} and {at.Inputs[i].Says}, but Concat needs equal height and width",
                $"make the latter give {wanted}",
                Placement.InputElement(i));
        }

        return fits ? at.Input with { Channels = Saturated.Sum(at.Inputs.Select(i => i.Shape.Channels)) } : null;
    }
}
