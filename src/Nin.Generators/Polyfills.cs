namespace System.Runtime.CompilerServices;

/// <summary>What the compiler asks for where a record has <c>init</c> accessors; netstandard2.0 lacks it.</summary>
static class IsExternalInit;
