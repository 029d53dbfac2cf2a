using System.ComponentModel;

namespace Nin;

/// <summary>A function of several inputs, linear in each and without parameters: the sum of branches, or their channels side by side.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class MergeStep
{
    private protected MergeStep(IReadOnlyList<Shape> inputs, Shape output)
    {
        Inputs = inputs;
        Output = output;
    }

    /// <summary>Shapes of one example that go in.</summary>
    public IReadOnlyList<Shape> Inputs { get; }

    /// <summary>Shape of one example that comes out.</summary>
    public Shape Output { get; }

    /// <summary>Writes <paramref name="y"/>; the same in inference and training.</summary>
    public abstract void Forward(in Pass pass, ReadOnlySpan<DeviceView> inputs, DeviceView y);

    /// <summary>The gradient of one input.</summary>
    /// <param name="pass">The same as of the forward pass.</param>
    /// <param name="input">Which one.</param>
    /// <param name="dy">Gradient of the output; it is kept.</param>
    /// <param name="dx">Gradient of the input.</param>
    /// <param name="accumulate">Adds to what stands in <paramref name="dx"/>.</param>
    public abstract void Backward(in Pass pass, int input, DeviceView dy, DeviceView dx, bool accumulate);
}
