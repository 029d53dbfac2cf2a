namespace Nin.App.Results;

/// <summary><c>lr-find --json</c>: the rate where the loss falls steepest, null where it falls nowhere, and all steps.</summary>
sealed record RateSearchResult(double? Suggested, IReadOnlyList<RatePoint> Points);

/// <summary>A step: its rate, the loss of its batch, and the average of the losses so far.</summary>
sealed record RatePoint(double LearningRate, double Loss, double SmoothLoss);
