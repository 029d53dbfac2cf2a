namespace System.Runtime.CompilerServices;

/// <summary>What the compiler needs where a record has <c>init</c> accessors; netstandard2.0 lacks it.</summary>
static class IsExternalInit;
