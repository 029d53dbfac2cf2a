namespace Nin.App.Results;

/// <summary>A picture in <c>predict --json</c>: its most likely class, and the softmax of that class's logit.</summary>
sealed record PredictionRow(string Image, string Class, double Confidence);

/// <summary><c>explain --json</c>: the class that was looked for, and the file of the map.</summary>
sealed record ExplainResult(string Image, string Class, string Map);

/// <summary><c>export --json</c>: the file, and its length.</summary>
sealed record ExportResult(string Path, long Bytes);

/// <summary><c>import --json</c>: what was declared, and the files.</summary>
sealed record ImportResult(string Class, int Layers, long Parameters, IReadOnlyList<string> Files);

/// <summary><c>compare --json</c>.</summary>
sealed record CompareResult(IReadOnlyList<CompareRow> Rows);

/// <summary>A run: its state after its last epoch, and its best test.</summary>
sealed record CompareRow(
    string Run,
    string Model,
    int Epochs,
    double Loss,
    double TrainAccuracy,
    double TestLoss,
    double TestAccuracy,
    double BestTestAccuracy,
    int BestEpoch,
    double ExamplesPerSecond,
    long Parameters);
