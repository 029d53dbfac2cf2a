using Nin.Generators.Diagnostics;
using Nin.Generators.Inference;
using Nin.Generators.Parsing;
using Nin.Generators.Spec;

namespace Nin.Generators.Layers;

/// <summary>The sum of its inputs.</summary>
sealed record AddLayer() : Layer("Add")
{
    public static AddLayer Read(ArgumentReader arguments) => new();

    public override Shape? Infer(Placement at)
    {
        bool fits = true;
        for (int i = 1; i < at.Inputs.Count; i++)
        {
            if (at.Inputs[i].Shape == at.Input) continue;

            fits = false;
            at.Report(
                Rules.ShapesDoNotFit,
                Placement.InputArgument(i),
                $"{at.Inputs[0].Says} and {at.Inputs[i].Says}, but Add needs equal shapes",
                $"make the latter give {at.Input}{Alternative(at.Inputs[i].Shape)}",
                Placement.InputElement(i));
        }

        return fits ? at.Input : null;

        string Alternative(Shape other) => other with { Channels = at.Input.Channels } == at.Input ? ", or use [Concat]" : "";
    }
}
