namespace Nin.Generators.Spec;

/// <summary>A type around the network class, as its partial declaration opens: <c>record struct</c> and <c>Outer&lt;T&gt;</c>.</summary>
readonly record struct ContainingType(string Keyword, string Name);
