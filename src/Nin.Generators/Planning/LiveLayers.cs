using Nin.Generators.Spec;

namespace Nin.Generators.Planning;

/// <summary>Which layers the output depends on.</summary>
static class LiveLayers
{
    public static bool[] Of(NetworkSpec spec)
    {
        bool[] live = new bool[spec.Layers.Count];
        live[live.Length - 1] = true;
        for (int i = live.Length - 1; i >= 0; i--)
        {
            if (!live[i]) continue;

            foreach (int input in spec.Layers[i].Inputs)
            {
                if (input >= 0) live[input] = true;
            }
        }

        return live;
    }
}
