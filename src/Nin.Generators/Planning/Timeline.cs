namespace Nin.Generators.Planning;

/// <summary>When things happen in a training step: forward steps, loss, backward steps from last to first.</summary>
readonly record struct Timeline(int Steps)
{
    /// <summary>Loss and gradient of the output.</summary>
    public int Loss => Steps;

    /// <summary>After the last step, when results are read.</summary>
    public int End => 2 * Steps + 1;

    /// <summary>When a step goes forward.</summary>
    public static int Forward(int step) => step;

    /// <summary>When it goes back.</summary>
    public int Backward(int step) => 2 * Steps - step;
}
