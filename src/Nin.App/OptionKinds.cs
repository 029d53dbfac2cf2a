using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;

namespace Nin.App;

/// <summary>Options whose errors name the value, what is allowed and how to fix it. One that is not given is null.</summary>
static class OptionKinds
{
    public static Option<int?> Integer(string name, string description, int least, int most = int.MaxValue) => Numeric<int>(
        name, description, NumberStyles.AllowLeadingSign, v => v >= least && v <= most,
        most == int.MaxValue ? $"a whole number of {least} or more" : $"a whole number from {least} to {most}", "n");

    public static Option<double?> Number(string name, string description, Func<double, bool> isAllowed, string allowed) =>
        Numeric<double>(name, description, NumberStyles.Float, v => double.IsFinite(v) && isAllowed(v), allowed, "x");

    public static Option<string?> Choice(string name, string description, string[] allowed) => new(name)
    {
        Description = description,
        HelpName = string.Join('|', allowed),
        CustomParser = result =>
        {
            string token = result.Tokens[0].Value;
            string list = $"{string.Join(", ", allowed[..^1])} or {allowed[^1]}";
            return allowed.Contains(token)
                ? token
                : Fail<string>(result, $"{name} is '{token}'{Suggestion.For(token, allowed)} use {list}.");
        },
    };

    public static T? Fail<T>(ArgumentResult result, string problem)
    {
        result.AddError(problem);
        return default;
    }

    static Option<T?> Numeric<T>(
        string name, string description, NumberStyles style, Func<T, bool> isAllowed, string allowed, string symbol)
        where T : struct, INumber<T> => new(name)
    {
        Description = description,
        HelpName = symbol,
        CustomParser = result =>
        {
            string token = result.Tokens[0].Value;
            return T.TryParse(token, style, CultureInfo.InvariantCulture, out T value) && isAllowed(value)
                ? value
                : Fail<T?>(result, $"{name} is '{token}'; it must be {allowed}.");
        },
    };
}
