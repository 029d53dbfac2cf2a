using System.Globalization;

namespace Nin.Samples;

/// <summary>Counts right and wrong answers of yes and no.</summary>
sealed class Score
{
    int yesRight, yesWrong, noRight, noWrong;

    /// <summary>Counts an answer.</summary>
    public void Add(bool said, bool isSo)
    {
        if (said && isSo) yesRight++;
        else if (said) yesWrong++;
        else if (isSo) noWrong++;
        else noRight++;
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        double right = (double)(yesRight + noRight) / (yesRight + yesWrong + noRight + noWrong);
        // The harmonic mean of precision and recall, over all kinds together; 0 for who never says yes.
        double f1 = yesRight == 0 ? 0 : 2.0 * yesRight / (2 * yesRight + yesWrong + noWrong);
        return string.Create(CultureInfo.InvariantCulture, $"{100 * right:F1} % of yes and no right, F1 {f1:F3}");
    }
}
