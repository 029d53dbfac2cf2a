namespace Nin.App.Results;

/// <summary>A scale of a study, as <c>nin experiment --json</c> lists it.</summary>
sealed record ScaleRow(string Name, string Description, IReadOnlyList<string> Rows, int Seeds);

/// <summary>A study, as <c>nin experiment --json</c> lists it.</summary>
sealed record StudyListRow(string Name, string Question, IReadOnlyList<ScaleRow> Scales);

/// <summary><c>nin experiment NAME --json</c> of a study that trains.</summary>
sealed record ExperimentResult(string Name, IReadOnlyList<ExperimentRow> Rows);

/// <summary>A run of a study: its row and seed, where its folder is, what the network costs, and the run's last epoch.</summary>
sealed record ExperimentRow(
    string Row,
    int Seed,
    string Run,
    string Model,
    long Parameters,
    long Macs,
    int Epochs,
    double Loss,
    double TrainAccuracy,
    double TestLoss,
    double TestAccuracy,
    int DeadClasses,
    double ExamplesPerSecond);

/// <summary><c>nin experiment NAME --json</c> of a study that counts and measures.</summary>
sealed record ResourceResult(string Name, IReadOnlyList<ResourceUse> Rows);

/// <summary>
/// What a network takes with a batch: bytes as planned by the generator, and as allocated on the device after a step of SGD and after one of
/// inference. <paramref name="Published"/> is what somebody else has reported, of one image.
/// </summary>
sealed record ResourceUse(
    string Row,
    string Model,
    string Input,
    int Batch,
    long Parameters,
    long Macs,
    long TrainingBytes,
    long TrainingAllocated,
    long InferenceBytes,
    long InferenceAllocated,
    Studies.PublishedCost? Published);
