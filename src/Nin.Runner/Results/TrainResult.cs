namespace Nin.Runner.Results;

/// <summary>The last epoch again, with where the run is, what it ran on and how long it took.</summary>
sealed record TrainResult(
    int Epoch,
    double Loss,
    double TrainAccuracy,
    double TestAccuracy,
    double ExamplesPerSecond,
    int DeadClasses,
    string Run,
    string Device,
    double Seconds);
