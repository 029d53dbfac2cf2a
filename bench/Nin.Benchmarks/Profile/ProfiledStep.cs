namespace Nin.Benchmarks.Profile;

/// <summary>A step with its memory and the milliseconds that its runs took.</summary>
sealed class ProfiledStep(string layer, Step step)
{
    public string Layer { get; } = layer;

    public Step Step { get; } = step;

    public DeviceView Output { get; set; }

    public DeviceView Gradient { get; set; }

    public Saved Saved { get; set; }

    public List<double> Inference { get; } = [];

    public List<double> Forward { get; } = [];

    public List<double> Backward { get; } = [];
}
