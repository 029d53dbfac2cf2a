using Microsoft.CodeAnalysis;
using Nin.Generators.Spec;

namespace Nin.Generators.Diagnostics;

/// <summary>A diagnostic before it has a location.</summary>
/// <param name="Rule">Which.</param>
/// <param name="Site">Where it stands.</param>
/// <param name="Message">What it says.</param>
/// <param name="Proposals">Edits each of which mends it alone, the best first.</param>
readonly record struct Problem(DiagnosticDescriptor Rule, Site Site, string Message, EquatableArray<Proposal> Proposals);
