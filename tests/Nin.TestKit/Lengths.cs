using System.Runtime.CompilerServices;

namespace Nin.TestKit;

/// <summary>Refuses arrays that do not fit the case they are given with.</summary>
static class Lengths
{
    public static void Check(double[]? array, int want, [CallerArgumentExpression(nameof(array))] string name = "")
    {
        if (array is not null)
        {
            Check(array.Length, want, name);
        }
    }

    public static void Check(int got, int want, string name)
    {
        if (got != want)
        {
            throw new ArgumentException($"'{name}' has {got} elements, but the case needs {want}.", name);
        }
    }
}
