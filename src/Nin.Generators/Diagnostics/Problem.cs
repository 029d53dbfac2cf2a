using Microsoft.CodeAnalysis;

namespace Nin.Generators.Diagnostics;

/// <summary>A diagnostic before it has a location.</summary>
readonly record struct Problem(DiagnosticDescriptor Rule, Site Site, string Message);
