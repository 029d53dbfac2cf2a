using ScottPlot;

namespace Nin.Runner.Plots;

/// <summary>The look of all pictures: dark text on white, a quiet grid, colours that differ in brightness too.</summary>
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
