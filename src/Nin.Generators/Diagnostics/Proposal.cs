using System.Collections.Immutable;

namespace Nin.Generators.Diagnostics;

/// <summary>
/// One edit that mends a problem: an argument's new value, as source. It travels to the code fix as a diagnostic's property.
/// </summary>
/// <param name="Argument">Name of the attribute's property or constructor parameter.</param>
/// <param name="Value">What it should be.</param>
readonly record struct Proposal(string Argument, string Value)
{
    /// <summary>Properties by ordinal, so that the first proposal stays the first.</summary>
    public static ImmutableDictionary<string, string?> Properties(IEnumerable<Proposal> proposals) => proposals
        .Select((proposal, i) => new KeyValuePair<string, string?>($"Proposal{i}", $"{proposal.Argument} = {proposal.Value}"))
        .ToImmutableDictionary();
}
