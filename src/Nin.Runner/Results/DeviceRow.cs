namespace Nin.Runner.Results;

/// <summary>A device in <c>nin devices --json</c>. Missing ones are for people only.</summary>
sealed record DeviceRow(string Id, string Kind, string Name, long MemoryBytes, bool Default);
