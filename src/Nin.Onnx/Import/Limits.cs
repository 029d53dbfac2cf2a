using System.Globalization;

namespace Nin.Onnx;

/// <summary>
/// How many numbers a graph may compute, from those of its file or by claiming sizes: a few bytes can name an operator on its own result over and
/// over, which takes twice the memory each time.
/// </summary>
/// <param name="bytes">Length of the file, and of those that it has its weights in, as if those in half precision were float32.</param>
sealed class Limits(long bytes)
{
    /// <summary>The most dimensions of a tensor.</summary>
    public const int MostDimensions = 8;

    // A weight takes four bytes, and each layer with it one number, two or three where it is turned or scaled: ten layers that share one are usual, thirty are not.
    readonly long most = (1 << 16) + 8 * bytes;
    long taken;

    /// <summary>Whether it computed more: nothing more is read of it.</summary>
    public bool IsSpent => taken > most;

    /// <summary>Asked before numbers are computed that the file does not hold.</summary>
    /// <exception cref="InvalidDataException">They are more than a file of this length may cause.</exception>
    public void Take(long numbers)
    {
        taken += numbers;
        if (IsSpent)
            throw new InvalidDataException(string.Create(
                CultureInfo.InvariantCulture, $"the graph computes more than {most:N0} numbers, which is what a file of this length may: it is damaged or made to take memory"));
    }
}

/// <summary>Shapes that a file asks for.</summary>
static class Checked
{
    /// <summary>An image's shape.</summary>
    /// <exception cref="InvalidDataException">No image has it; <paramref name="of"/> begins the message.</exception>
    public static Shape Image(string of, long channels, long height, long width) =>
        channels >= 1 && height >= 1 && width >= 1 && (Int128)channels * height * width <= int.MaxValue
            ? new Shape((int)channels, (int)height, (int)width)
            : throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"{of} has the shape {channels}x{height}x{width}, which no image has"));

    /// <summary>The shape of features.</summary>
    /// <exception cref="InvalidDataException">There are none, or too many.</exception>
    public static Shape Features(string of, long count) => count is >= 1 and <= int.MaxValue
        ? Shape.Flat((int)count)
        : throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"{of} has {count} features, which no layer has"));

    /// <summary>An attribute that must lie between two numbers, as the decimal number that it was written as.</summary>
    /// <exception cref="InvalidDataException">It does not.</exception>
    public static double Between(double least, double most, string of, string attribute, float value) => value >= least && value <= most
        ? double.Parse(value.ToString("R", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture)
        : throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"{of} has {attribute} {value:R}; it must be from {least:R} to {most:R}"));
}

/// <summary>What a file says, in a message.</summary>
static class Wording
{
    const int Shown = 8, ShownOfReason = 4, ShownOfName = 60, MostCharacters = 1800;

    /// <summary>The first numbers of a list.</summary>
    public static string Listing<T>(IEnumerable<T> items)
    {
        var first = items.Take(Shown + 1).ToList();
        return first.Count > Shown ? $"{string.Join(", ", first.Take(Shown))}, ..." : string.Join(", ", first);
    }

    /// <summary>Nodes with their operators and why they are refused: those that are refused for one reason side by side, the first of them by name.</summary>
    public static string ByReason(IEnumerable<(string Node, string Operator, string Why)> nodes) => string.Join(
        "; ", nodes.GroupBy(n => (n.Operator, n.Why)).Select(group =>
        {
            int more = group.Count() - ShownOfReason;
            return $"{string.Join(", ", group.Take(ShownOfReason).Select(n => $"'{Short(n.Node)}'"))}{(more > 0 ? $" and {more} more" : "")} ({group.Key.Operator}): {group.Key.Why}";
        }));

    static string Short(string name) => name.Length > ShownOfName ? $"{name[..ShownOfName]}..." : name;

    /// <summary>A message of one line, whatever the names in it hold.</summary>
    public static string OneLine(string message)
    {
        string line = string.Concat(message.Take(MostCharacters).Select(c => char.IsControl(c) || c is '\u2028' or '\u2029' ? ' ' : c));
        return message.Length > MostCharacters ? line + "..." : line;
    }
}
