namespace Nin.Runner.Runs;

/// <summary>Everything that decides what a run computes, but for its data and its model. A manifest keeps it as <c>options</c>.</summary>
sealed record TrainSettings
{
    public int Epochs { get; init; } = 3;

    public int Batch { get; init; } = 128;

    public double Lr { get; init; } = 0.1;

    /// <summary>Of SGD, by Nesterov's rule where it is above 0.</summary>
    public double Momentum { get; init; } = 0.9;

    public double WeightDecay { get; init; } = 5e-4;

    public string Schedule { get; init; } = "onecycle";

    public string Optimizer { get; init; } = "sgd";

    public string Init { get; init; } = "he";

    public string Augment { get; init; } = "none";

    public int Seed { get; init; }

    /// <summary>Training examples that are used, from the first; null for all.</summary>
    public int? Limit { get; init; }

    public string Dataset { get; init; } = "fashion-mnist";

    /// <summary>Minutes on two cores to above 0.9: one cycle of Nesterov momentum. These are also the defaults.</summary>
    public static TrainSettings Quick { get; } = new();

    /// <summary>The same for deep networks without normalisation, whose ReLUs die at ten times the rate.</summary>
    public static TrainSettings Plain { get; } = Quick with { Lr = 0.01 };

    /// <summary>As chapter 7.3 of the book trains it.</summary>
    public static TrainSettings Book { get; } = new()
    {
        Epochs = 10, Momentum = 0, WeightDecay = 0, Schedule = "constant", Init = "xavier",
    };

    /// <summary>The settings that a preset's name stands for.</summary>
    public static TrainSettings Preset(string name) => name == "book" ? Book : Quick;
}
