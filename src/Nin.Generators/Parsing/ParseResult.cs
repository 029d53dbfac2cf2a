using Nin.Generators.Diagnostics;
using Nin.Generators.Spec;

namespace Nin.Generators.Parsing;

/// <summary>What a class declares, and what is wrong with it.</summary>
/// <param name="Spec">For emission; null where nothing can be emitted.</param>
/// <param name="Problems">For the analyzer.</param>
readonly record struct ParseResult(NetworkSpec? Spec, IReadOnlyList<Problem> Problems);
