using ScottPlot;
using SkiaSharp;

namespace Nin.App.Plots;

/// <summary>The style of all pictures: dark text on white, a light grid, colours that also differ in brightness.</summary>
static class PlotStyle
{
    public static Color Blue { get; } = Color.FromHex("#1f5fa8");

    public static Color Orange { get; } = Color.FromHex("#d9730d");

    public static Color Ink { get; } = Color.FromHex("#333333");

    public static Color GridLine { get; } = Color.FromHex("#e4e4e4");

    public static Plot Create(string title, string x, string y)
    {
        var plot = new Plot();
        plot.FigureBackground.Color = Colors.White;
        plot.DataBackground.Color = Colors.White;
        plot.Axes.Color(Ink);
        plot.Font.Set(Fonts.Default);
        plot.Grid.MajorLineColor = GridLine;
        plot.Title(title, size: 17);
        plot.XLabel(x, size: 14);
        plot.YLabel(y, size: 14);
        plot.Axes.Title.Label.Bold = false;
        plot.Axes.Left.Label.Bold = false;
        plot.Axes.Bottom.Label.Bold = false;
        plot.Axes.Left.TickLabelStyle.FontSize = 13;
        plot.Axes.Bottom.TickLabelStyle.FontSize = 13;
        return plot;
    }
}

/// <summary>
/// Finds a font where the drawing library knows none: on Linux it comes without fontconfig, so that it needs nothing installed, and
/// draws no letter until it is given a file.
/// </summary>
static class PlotFont
{
    /// <summary>The warning where there is no font.</summary>
    public const string Missing = "no font on this machine: the pictures have no text. Install one, such as the package fonts-dejavu-core.";

    const string Family = "Nin";

    static readonly string[] Preferred =
        ["DejaVuSans.ttf", "LiberationSans-Regular.ttf", "NotoSans-Regular.ttf", "OpenSans-Regular.ttf", "Arial.ttf", "FreeSans.ttf"];

    /// <summary>Enables text; false where this machine has no font, and pictures have no text.</summary>
    public static bool Install()
    {
        if (Fonts.Default == Family || SKFontManager.Default.FontFamilies.Any(f => f.Length > 0)) return true;
        if (Find() is not { } path) return false;
        Fonts.AddFontFile(Family, path);
        Fonts.Default = Family;
        return true;
    }

    static string? Find()
    {
        var deep = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true };
        var files = Folders().Where(Directory.Exists).SelectMany(folder => Directory.EnumerateFiles(folder, "*.ttf", deep));
        return files.OrderBy(Rank).ThenBy(path => path, StringComparer.Ordinal).FirstOrDefault();
    }

    static int Rank(string path)
    {
        int rank = Array.IndexOf(Preferred, Path.GetFileName(path));
        return rank < 0 ? Preferred.Length : rank;
    }

    static string[] Folders()
    {
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return ["/usr/share/fonts", "/usr/local/share/fonts", Path.Combine(home, ".local/share/fonts"), Path.Combine(home, ".fonts")];
    }
}

/// <summary>Epochs are whole numbers.</summary>
sealed class NoMinorTicks : IMinorTickGenerator
{
    public IEnumerable<double> GetMinorTicks(double[] majorTicks, CoordinateRange range) => [];
}
